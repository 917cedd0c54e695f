import type { HangupCause, LegId } from '../switch/index.ts'
import type { LastCalls } from './call-context.ts'
import type { Leg } from './leg.ts'

/** A phone that rings for a waiting caller: an agent's, or a branch hotline's. It reports, and the call decides. */
export interface PhoneOffer {
  /** Null when the phone is none of our agents'. */
  readonly agentId: string | null
  readonly leg: Leg
  readonly legId: LegId
  start(): void
  ringing(at: number, lastCalls: LastCalls): void
  /** The phone answered and the call takes it. */
  answered(at: number): void
  /** The phone did not answer. */
  failed(cause: HangupCause, sipStatus: number): void
  /** The caller is gone. */
  withdrawn(): void
}
