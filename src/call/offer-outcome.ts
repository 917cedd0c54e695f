import type { HangupCause } from '../switch/index.ts'

/** Why an agent's phone did not answer. */
export type OfferFailure = 'missed' | 'rejected' | 'unreachable'

/** Causes by which a person, or the person's phone, said no (ITU-T Q.850; the mapping from SIP is RFC 3398's). */
const refusals: ReadonlySet<HangupCause> = new Set(['USER_BUSY', 'CALL_REJECTED'])
const silences: ReadonlySet<HangupCause> = new Set([
  'NO_ANSWER',
  'ALLOTTED_TIMEOUT',
  'NO_USER_RESPONSE',
  'ORIGINATOR_CANCEL',
])

/**
 * Rang without an answer, refused, or could not be reached at all. A phone that never rang was not missed by a
 * person, whatever the cause says.
 */
export function offerFailure({ cause, rang }: { cause: HangupCause; rang: boolean }): OfferFailure {
  if (refusals.has(cause)) return 'rejected'
  return silences.has(cause) && rang ? 'missed' : 'unreachable'
}
