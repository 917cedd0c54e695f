import { dueAt, earlier, type WorkingTime } from '../../hours/calendar-arithmetic.ts'
import { type ClockStage, clockStages, type StageClock, type TicketContext } from '../machine/ticket-context.ts'
import { noticeKey } from '../machine/ticket-guards.ts'
import type { TicketState } from '../machine/ticket-machine.ts'
import type { TicketSnapshot } from '../machine/ticket-transition.ts'
import { type CityRules, limitOf } from '../rules/city-rules.ts'

/** In which states the clock of each stage runs. */
const runsIn: Readonly<Record<ClockStage, readonly TicketState[]>> = {
  accept: ['registered'],
  dispatch: ['accepted'],
  callOut: ['dispatched', 'signed', 'handling'],
  sign: ['dispatched'],
  arbitrate: ['returned'],
  handle: ['dispatched', 'returned', 'signed', 'handling'],
  review: ['replied', 'review'],
  visit: ['returnVisit'],
  archive: ['answered', 'closed', 'notAccepted', 'withdrawn', 'voided'],
}

export interface Planning {
  readonly rules: CityRules
  readonly time: WorkingTime
}

/** The ticket with the clocks that run in its state, counted from when each stage began. The same input, the same clocks. */
export function withClocks({ state, context }: TicketSnapshot, planning: Planning): TicketSnapshot {
  const clocks: Partial<Record<ClockStage, StageClock>> = {}
  for (const stage of clockStages) {
    const clock = runs(stage, { state, context }, planning.rules) ? clockOf(stage, context, planning) : undefined
    if (clock) clocks[stage] = clock
  }
  return { state, context: { ...context, clocks, returnDueAt: returnDue(context, planning) } }
}

/** What was answered at once is visited where the city wants it so, and not archived before. */
function runs(stage: ClockStage, { state, context }: TicketSnapshot, { visitsAnswered }: CityRules): boolean {
  const toVisit = state === 'answered' && visitsAnswered && context.visits.length === 0
  if (toVisit) return stage === 'visit'
  if (stage === 'callOut' && (context.urgency !== 'urgent' || context.calledOut > 0)) return false
  return runsIn[stage].includes(state)
}

function clockOf(stage: ClockStage, context: TicketContext, planning: Planning): StageClock | undefined {
  const from = beginOf(stage, context, planning.rules)
  const within = limitOf(planning.rules, stage, matterOf(context))
  if (from === undefined || within === undefined) return undefined
  const round = stage === 'handle' ? context.handlingRound : from
  const promised = stage === 'handle' && context.extension?.decision === 'approved' ? context.extension.until : 0
  return { from, dueAt: Math.max(promised, dueAt(from, within, planning.time)), round }
}

function beginOf(stage: ClockStage, context: TicketContext, rules: CityRules): number | undefined {
  if (stage === 'handle') return handlingFrom(context, rules)
  if (stage === 'callOut') return context.unitSince ?? undefined
  return context.entered[lastState(stage, context)]
}

/** The state of the stage that was entered last: a review that was taken up goes on with the reply's clock. */
function lastState(stage: ClockStage, { entered }: TicketContext): string {
  if (stage === 'review') return 'replied'
  if (stage === 'visit') return entered['returnVisit'] === undefined ? 'answered' : 'returnVisit'
  const states = runsIn[stage].toSorted((a, b) => (entered[b] ?? 0) - (entered[a] ?? 0))
  return states[0] ?? ''
}

function handlingFrom({ handlingSince, entered }: TicketContext, { handleFrom }: CityRules): number | undefined {
  if (handlingSince === null) return undefined
  if (handleFrom === 'dispatched') return handlingSince
  const begin = entered[handleFrom]
  if (handleFrom === 'signed') return begin !== undefined && begin >= handlingSince ? begin : undefined
  // A matter reworked after the visit begins anew then, not with its acceptance long ago.
  return begin === undefined || (entered['returnVisit'] ?? 0) > begin ? handlingSince : begin
}

function returnDue(context: TicketContext, { rules, time }: Planning): number | null {
  const within = limitOf(rules, 'return', matterOf(context))
  return within === undefined || context.unitSince === null || context.unit === null
    ? null
    : dueAt(context.unitSince, within, time)
}

/** A draft is counted as the commonest kind until somebody says which it is. */
function matterOf({ kind, urgency, investigation }: TicketContext) {
  return { kind: kind ?? 'consultation', urgency, investigation } as const
}

/** When the next limit is over by which somebody has something to do; the archive comes by itself. */
export function nextLimit({ clocks }: TicketContext): number | null {
  const due = clockStages.flatMap((stage) => (stage === 'archive' ? [] : (clocks[stage]?.dueAt ?? [])))
  return due.length === 0 ? null : Math.min(...due)
}

/** Something the clock is to do. */
export interface DueInput {
  readonly at: number
  readonly type: 'REMIND' | 'URGE' | 'CRITICISE' | 'ARCHIVE'
  readonly stage: ClockStage
}

/** What the clock has to do next for each limit that runs, the first first. */
export function dueInputs(context: TicketContext, { rules, time }: Planning): DueInput[] {
  const inputs = Object.entries(context.clocks).flatMap(([name, clock]): DueInput[] => {
    const stage = name as ClockStage
    if (stage === 'archive') return [{ at: clock.dueAt, type: 'ARCHIVE', stage }]
    const sent = (type: 'REMIND' | 'URGE' | 'CRITICISE') => context.sent[noticeKey(context, stage, type)] !== undefined
    const reminder = sent('REMIND') ? 0 : earlier(clock.dueAt, rules.reminder, time)
    // A limit shorter than the reminder's lead would remind at once; such a limit goes without.
    if (!sent('REMIND') && !sent('URGE') && reminder > clock.from) return [{ at: reminder, type: 'REMIND', stage }]
    if (!sent('URGE')) return [{ at: clock.dueAt, type: 'URGE', stage }]
    if (sent('CRITICISE')) return []
    return [{ at: dueAt(clock.dueAt, rules.criticism, time), type: 'CRITICISE', stage }]
  })
  return inputs.sort((a, b) => a.at - b.at)
}
