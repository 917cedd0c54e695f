import type { HotlineEvent } from '../events/index.ts'

/** How a call ended, in one word; docs/metrics.md says what each means. The last ones are of calls out. */
export const callEndings = [
  ...(['answered', 'branch', 'voicemail', 'noMessage', 'callback', 'abandoned', 'left'] as const),
  ...(['closed', 'refused', 'menu', 'longestWait', 'released', 'failed'] as const),
  ...(['reached', 'busy', 'noAnswer', 'rejected', 'unreachable', 'agentMissed', 'givenUp'] as const),
] as const
export type CallEnding = (typeof callEndings)[number]

/** The facts it is told by, beside the record of the call. */
export const endingFacts = [
  ...(['call.branch-answered', 'call.sent-to-voicemail', 'call.refused', 'call.turned-away'] as const),
  ...(['call.abandoned', 'call.not-reached', 'call.released'] as const),
  ...(['voicemail.left', 'callback.opened', 'callback.merged'] as const),
] as const
export type EndingFact = Extract<HotlineEvent, { type: (typeof endingFacts)[number] }>

/** What became of a call that is over. */
export function endingOf(
  { direction, answeredAt }: { readonly direction: 'inbound' | 'outbound'; readonly answeredAt: Date | null },
  facts: readonly EndingFact[],
): CallEnding {
  if (answeredAt !== null) return direction === 'outbound' ? 'reached' : 'answered'
  return direction === 'outbound' ? endingOut(facts) : endingOfCaller(facts)
}

/** What comes first counts: who hears that the line is closed and hangs up has given nothing up. */
function endingOfCaller(facts: readonly EndingFact[]): CallEnding {
  const told = new Set(facts.map(({ type }) => type))
  if (told.has('call.branch-answered')) return 'branch'
  if (told.has('voicemail.left')) return 'voicemail'
  if (told.has('call.sent-to-voicemail')) return 'noMessage'
  if (told.has('call.refused')) return 'refused'
  if (told.has('call.turned-away')) return 'closed'
  const abandoned = facts.find((fact) => fact.type === 'call.abandoned')
  if (abandoned) return abandoned.data.where === 'queue' ? 'abandoned' : 'left'
  if (told.has('callback.opened') || told.has('callback.merged')) return 'callback'
  return endingByReason(reasonOf(facts))
}

function endingByReason(reason: string): CallEnding {
  if (reason === 'callback asked for') return 'callback'
  if (reason === 'menu ended the call') return 'menu'
  if (reason === 'longest wait is over') return 'longestWait'
  return reason.startsWith('released by ') ? 'released' : 'failed'
}

function endingOut(facts: readonly EndingFact[]): CallEnding {
  const notReached = facts.find((fact) => fact.type === 'call.not-reached')
  if (notReached) return notReached.data.outcome
  const reason = reasonOf(facts)
  if (reason === 'agent did not answer') return 'agentMissed'
  return reason === 'agent hung up' || reason.startsWith('released by ') ? 'givenUp' : 'failed'
}

function reasonOf(facts: readonly EndingFact[]): string {
  return facts.find((fact) => fact.type === 'call.released')?.data.reason ?? ''
}
