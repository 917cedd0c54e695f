import type { TicketContext } from './ticket-context.ts'
import type { InputOf, TicketInput } from './ticket-inputs.ts'

/** A ticket, and what is asked of it. */
interface Asked {
  readonly context: TicketContext
  readonly event: TicketInput
}

/** The key under which a notice is remembered as sent. */
export function noticeKey(context: TicketContext, stage: string, kind: 'REMIND' | 'URGE' | 'CRITICISE'): string {
  const round = context.clocks[stage as keyof TicketContext['clocks']]?.round ?? 0
  return `${stage}:${round}:${kind}`
}

/** Of what a leader has instructed the visits are the supervisors'. */
const mayVisit = ({ context, event }: Asked) => !context.leaderInstructed || event.by.role !== 'agent'

/** What a step is only taken under: the city's rules, what was done before, and who asks. */
export const ticketGuards = {
  inService: ({ event }: Asked) => event.unit !== null && !event.unit.expelled,
  belowInService: ({ event }: Asked) => event.unit !== null && !event.unit.expelled && event.unit.below,
  mayReturn: ({ context, event }: Asked) =>
    context.returns < event.rules.bounceLimit && (context.returnDueAt === null || event.at <= context.returnDueAt),
  mayExtend: ({ context, event }: Asked) => {
    const { until } = event as InputOf<'REQUEST_EXTENSION'>
    const due = context.clocks.handle?.dueAt ?? 0
    const free = context.extension?.decision !== 'open' && context.extensions < event.rules.extensionLimit
    return free && event.at < due && Date.parse(until) > due
  },
  extensionAsked: ({ context }: Asked) => context.extension?.decision === 'open',
  maySend: ({ context, event }: Asked) => {
    const { stage, type } = event as InputOf<'REMIND' | 'URGE'>
    if (context.clocks[stage] === undefined) return false
    return event.by.role !== 'clock' || context.sent[noticeKey(context, stage, type)] === undefined
  },
  mayCriticise: ({ context, event }: Asked) => {
    const { stage } = event as InputOf<'CRITICISE'>
    const sent = (kind: 'URGE' | 'CRITICISE') => context.sent[noticeKey(context, stage, kind)] !== undefined
    return context.clocks[stage] !== undefined && sent('URGE') && !sent('CRITICISE')
  },
  mayVisit,
  notSolvedMayRework: ({ context, event }: Asked) => {
    const { reached, resolved } = event as InputOf<'VISIT'>
    return mayVisit({ context, event }) && reached && resolved === false && context.reworks < event.rules.reworks
  },
  reachedOrLastAttempt: ({ context, event }: Asked) => {
    const { reached } = event as InputOf<'VISIT'>
    return mayVisit({ context, event }) && (reached || context.visits.length + 1 >= event.rules.visitAttempts)
  },
  visitDone: ({ context, event }: Asked) => !event.rules.visitsAnswered || context.visits.length > 0,
  returnRestartsClock: ({ event }: Asked) => event.rules.returnRestartsClock,
}
