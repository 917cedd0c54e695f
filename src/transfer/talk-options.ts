import type { EventLog } from '../events/index.ts'
import type { Logger } from '../kernel/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/switch-port.ts'
import type { ThirdParty } from './target.ts'

/** Where a talk stood when the hotline ended. */
export interface RestoredTalk {
  readonly state: 'held' | 'consulting' | 'transferring' | 'consulted' | 'conference' | 'alarming'
  readonly third: ThirdParty | undefined
  readonly together: boolean
}

/** What the talk needs from the call it is part of. */
export interface TalkOwner {
  /** The caller hears music until `silence`. */
  music(): void
  silence(): void
  /** The caller hears these files, and `then` follows. */
  advice(files: readonly string[], then: () => void): void
  /** A leg begins: its events belong to the call. */
  thirdBegins(third: ThirdParty): void
  thirdAnswered(): void
  /** The third party is gone or was never had; its leg is to be ended if it still lives. */
  thirdEnds(legId: LegId, cause: HangupCause): void
  /**
   * The agent is out: the caller and the third party go on alone. One whose phone asked by REFER (`referred`) hears the yes
   * first; a third party the agent has talked with (`introduced`) is known to be a person.
   */
  agentLeaves(options: { readonly referred: boolean; readonly introduced: boolean }): void
  /** The agent's phone hears that its REFER came to nothing. */
  referRefused(): void
  /** Agent and third party are both gone, the caller is still there. */
  callerIsAlone(): void
}

export interface TalkOptions {
  readonly callId: string
  readonly callerLegId: LegId
  readonly agentId: string
  readonly agentLegId: LegId
  readonly callerNumber: string
  readonly callerName: string
  readonly switchPort: SwitchPort
  readonly log: EventLog
  readonly logger: Logger
  readonly owner: TalkOwner
}
