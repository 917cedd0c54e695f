import { changedFields } from '../audit/audit-entry.ts'
import { dueInputs, type Planning } from '../clocks/plan-clocks.ts'
import type { PlanningClock } from '../clocks/planning-clock.ts'
import type { WakePlan } from '../clocks/wake-plan.ts'
import type { WorkingCalendar } from '../clocks/working-calendar.ts'
import type { Actor } from '../machine/ticket-context.ts'
import type { TicketInput } from '../machine/ticket-inputs.ts'
import type { TicketSnapshot } from '../machine/ticket-transition.ts'
import type { CityRules } from '../rules/city-rules.ts'
import { factsOf } from './step-facts.ts'
import type { TicketChange } from './step-store.ts'
import type { Ticket } from './ticket.ts'

interface StepRecordsOptions {
  readonly rules: CityRules
  readonly calendar: WorkingCalendar
  readonly clock: PlanningClock
  readonly wakePlan: WakePlan
}

/** What is written down of a change to a ticket. */
export class StepRecords {
  readonly #options: StepRecordsOptions

  constructor(options: StepRecordsOptions) {
    this.#options = options
  }

  /** What the limits of tickets are counted by now. */
  planning(): Planning {
    return { rules: this.#options.rules, time: this.#options.calendar.time() }
  }

  /** Of a step the machine allowed: the change, who made it, and the facts that follow. */
  step({
    ticket,
    input,
    after,
    origin,
  }: {
    ticket: Ticket
    input: TicketInput
    after: TicketSnapshot
    origin: string
  }): TicketChange {
    const { type, at, by, rules: _, unit, ...data } = input
    const audit = this.audit(ticket, after, { by, origin, action: type, at, input: { ...data, unit: unit?.unitId } })
    return { ...this.change(ticket, after), at, audit, facts: factsOf({ ticket, input, after }) }
  }

  /** Who did what, with what differs from before; `at` is now where it is not said. */
  audit(
    before: Ticket,
    after: TicketSnapshot,
    {
      by,
      at = this.#options.clock.now(),
      ...rest
    }: { by: Actor; origin: string; action: string; at?: number; input?: unknown },
  ) {
    const { input, ...entry } = rest
    const changed = changedFields(told(before), told(after))
    return { ...entry, subject: before.ticketId, at, actor: by.id, role: by.role, detail: { ...changed, input } }
  }

  /** The new state of the ticket, with the time at which the clock has to look at it next. */
  change(before: Ticket, after: TicketSnapshot): Omit<TicketChange, 'audit' | 'facts'> {
    const { clock, wakePlan } = this.#options
    const next = dueInputs(after.context, this.planning())[0]?.at ?? null
    return {
      ticketId: before.ticketId,
      revision: before.revision,
      ...after,
      at: clock.now(),
      dueAt: after.context.clocks.handle?.dueAt ?? null,
      wakeAt: next,
      wakeJob: wakePlan.jobFor(next),
    }
  }
}

/** What of a ticket the audit tells: without what follows from the rest, but for the limits. */
function told({ state, context }: TicketSnapshot): Readonly<Record<string, unknown>> {
  const due: Record<string, number> = {}
  for (const [stage, { dueAt }] of Object.entries(context.clocks)) due[stage] = dueAt
  // Fields are blanked and not left out: V8 copies an object whole many times quicker than key by key.
  return { ...context, entered: undefined, clocks: undefined, returnDueAt: undefined, state, due }
}
