import type { EventData } from '../events/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import type { Call } from './call.ts'
import type { CallContext } from './call-context.ts'
import type { CallSound } from './call-sound.ts'
import type { Deadline } from './deadline.ts'

/** What the stages of one call share, and what they may ask of its flow. */
export interface CallParts {
  readonly call: Call
  readonly switchPort: SwitchPort
  readonly context: CallContext
  readonly sound: CallSound
  readonly deadline: Deadline
  /** A leg of the call begins: its events belong to it. */
  readonly ownLeg: (legId: LegId) => void
  /** Nobody wants the leg any more: it is hung up, now or whenever it shows. */
  readonly drop: (legId: LegId, cause: HangupCause) => void
  /** Ends the call, once: hangs up what is left and frees the agent. `at` is now unless given. */
  readonly release: (by: EventData<'call.released'>['by'], cause: HangupCause, reason: string, at?: number) => void
}

/** Begins the recording of a talk; null when no agent of ours takes part. */
export function record({ call, switchPort, context }: CallParts, agentId: string | null): void {
  const { callId, identity, need, callerLeg } = call
  const { line, callerNumber } = identity
  const what = { callId, legId: callerLeg.legId, line, queue: need?.queue ?? null, agentId, callerNumber }
  context.recorder.start(what, switchPort)
}
