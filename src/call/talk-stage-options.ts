import type { ThirdPartyRecord } from '../db/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import type { Target } from '../transfer/index.ts'
import type { Call, CallPartner } from './call.ts'
import type { CallContext } from './call-context.ts'
import type { LegAudio } from './leg-audio.ts'

export interface TalkStageOptions {
  readonly call: Call
  readonly partner: CallPartner & { readonly agentId: string }
  readonly switchPort: SwitchPort
  readonly context: CallContext
  /** A new way to be heard by the caller. */
  readonly newAudio: (options: { readonly occupied: boolean }) => LegAudio
  readonly ownLeg: (legId: LegId) => void
  readonly drop: (legId: LegId, cause: HangupCause) => void
  /** The caller is left without anybody. */
  readonly onAlone: () => void
  /** The agent's phone, which was lost, did not come back, and nobody is left who could go on with the call. */
  readonly onPhoneGone: () => void
  /** Another agent of ours has the caller from now on, and may do with the call what this one could. */
  readonly onHandedTo: (partner: CallPartner & { readonly agentId: string }, handedOver: HandedOver | undefined) => void
  /** How the partner came to have the caller, when it was blindly. */
  readonly handedOver?: HandedOver | undefined
}

/** Who was handed the citizen blindly, by which agent, and when. */
export interface HandedOver {
  readonly target: Target
  readonly by: string
  readonly at: number
}

/** What is known of a talk when the hotline starts anew. */
export interface RestoredTalkStage {
  readonly held: boolean
  readonly third: ThirdPartyRecord | null
  /** Agent and third party hear each other. */
  readonly together: boolean
}
