import type { Call } from './call.ts'

/** Phones that may answer a call and be gone before they are joined with its caller, until the call is taken for the cause. */
const ordinaryFailures = 2
/** Milliseconds between two offers of such a call. */
const heldBackFor = 20_000

/**
 * One more agent answered this caller and was not joined. An agent rests in wrap-up afterwards, so a caller whose very call makes
 * the phones hang up would bring a room to rest, one agent after the other (docs/decisions/0019): from the third on the caller is
 * held back. Returns for how many milliseconds.
 */
export function holdBack(call: Call, now: number): number {
  call.failedJoins += 1
  const heldBackMs = call.failedJoins > ordinaryFailures ? heldBackFor : 0
  call.heldBackUntil = now + heldBackMs
  return heldBackMs
}
