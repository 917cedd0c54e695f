import type { LegId } from '../switch/switch-port.ts'
import type { EmergencyRequest } from './emergency.ts'

/** Somebody who can be brought in. */
export interface Target {
  /** Shown and recorded: `12366`, or `agent:8002`. */
  readonly name: string
  /** The user part dialled through the edge. */
  readonly extension: string
  /** Seconds it may ring. */
  readonly ringFor: number
  /** Seconds: who hangs up so soon after a blind transfer has not talked to the citizen. Not given: whoever hangs up has. */
  readonly returnWithin?: number
  /** Our agent whom the target is, or who has a seat of the branch: claimed at the roster before it is rung. */
  readonly agentId?: string
  /** The target is an emergency service. */
  readonly emergency?: EmergencyRequest
}

/** Somebody who is brought in, or being rung. */
export interface ThirdParty {
  readonly legId: LegId
  readonly target: Target
}
