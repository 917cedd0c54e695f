import type { TicketContext } from './ticket-context.ts'
import { noticeKey } from './ticket-guards.ts'
import type { InputOf, TicketInput } from './ticket-inputs.ts'

type Reason = (context: TicketContext, input: TicketInput) => string

const date = (instant: number | null | undefined) =>
  instant === null || instant === undefined ? 'an unknown time' : new Date(instant).toISOString()

function unitReason({ unit }: { unit: TicketInput['unit'] }): string {
  if (unit === null) return 'no such unit is known'
  return unit.expelled ? `unit ${unit.unitId} was expelled and gets no tickets` : ''
}

const reasons: Readonly<Record<string, Reason>> = {
  inService: (_, input) => unitReason(input),
  belowInService: (_, input) =>
    unitReason(input) || `unit ${input.unit?.unitId} is not below the one that has the ticket`,
  mayReturn: (context, { rules }) =>
    context.returns >= rules.bounceLimit
      ? `it was returned ${context.returns} times, and the rules allow ${rules.bounceLimit}`
      : `the time for returning was over at ${date(context.returnDueAt)}`,
  mayExtend: (context, input) => {
    const { until, at, rules } = input as InputOf<'REQUEST_EXTENSION'>
    const due = context.clocks.handle?.dueAt
    if (context.extension?.decision === 'open') return 'an extension is asked for already'
    if (context.extensions >= rules.extensionLimit) return `the rules allow ${rules.extensionLimit} extension(s)`
    if (due === undefined || at >= due) return `an extension is asked for before expiry, which was at ${date(due)}`
    return `the promised date ${until} is not after ${date(due)}, when it is due anyway`
  },
  extensionAsked: () => 'no extension is asked for',
  maySend: (context, input) => {
    const { stage, type } = input as InputOf<'URGE'>
    const at = context.sent[noticeKey(context, stage, type)]
    return at === undefined ? `no limit runs for stage ${stage}` : `it was sent at ${date(at)}`
  },
  mayCriticise: (context, input) => {
    const { stage } = input as InputOf<'CRITICISE'>
    const at = context.sent[noticeKey(context, stage, 'CRITICISE')]
    return at === undefined ? 'criticism follows an urging notice, and there was none' : `it was sent at ${date(at)}`
  },
  mayVisit: () => 'a leader gave instructions, so the centre itself makes the visit',
  visitDone: () => 'the return visit is still to be made',
}

/** Why a guard said no, for people. */
export function reasonOf(guard: string | undefined, context: TicketContext, input: TicketInput): string {
  return (guard === undefined ? undefined : reasons[guard]?.(context, input)) ?? 'a condition does not hold'
}
