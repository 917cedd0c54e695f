import type { HangupCause } from '../switch/switch-port.ts'

/** Why a third party could not be had, in the words the desk shows. */
export type ThirdOutcome = 'busy' | 'noAnswer' | 'rejected' | 'unreachable'

const busy: ReadonlySet<HangupCause> = new Set(['USER_BUSY', 'NORMAL_CIRCUIT_CONGESTION', 'SWITCH_CONGESTION'])
const silent: ReadonlySet<HangupCause> = new Set([
  'NO_ANSWER',
  'NO_USER_RESPONSE',
  'ALLOTTED_TIMEOUT',
  'ORIGINATOR_CANCEL',
])

/** By the Q.850 cause; the mapping from SIP is RFC 3398's. */
export function thirdOutcome(cause: HangupCause): ThirdOutcome {
  if (busy.has(cause)) return 'busy'
  if (cause === 'CALL_REJECTED') return 'rejected'
  return silent.has(cause) ? 'noAnswer' : 'unreachable'
}
