import type { Logger } from '../../../kernel/index.ts'
import type { ChannelMedia } from '../media/channel-media.ts'
import type { Conferences } from '../media/conferences.ts'
import type { SoundLibrary } from '../media/sound-library.ts'
import type { Cause } from './causes.ts'
import type { Channel } from './channel.ts'
import type { ChannelRegistry } from './channel-registry.ts'
import type { EventBus } from './event-bus.ts'
import type { Scheduler } from './scheduler.ts'
import type { ApplicationCall } from './step.ts'

/** What an application needs; it answers with its Application-Response, if it has one. */
export type Application = (call: {
  core: SwitchCore
  channel: Channel
  data: string
}) => Promise<string | undefined> | string | undefined

export interface Route {
  extension: string
  context: string
}

/** The rules calls are sent by. */
export interface Dialplan {
  /** The applications of the extensions that match, or undefined when none does. */
  find(channel: Channel, route: Route): readonly ApplicationCall[] | undefined
}

export interface DialRequest {
  /** Variables of the new channel, those in `{}` and `[]` of the dial string. */
  variables: ReadonlyMap<string, string>
  /** The dial string's endpoint: `sofia/edge/sip:1001@127.0.0.1:5060`. */
  endpoint: string
  callerName: string
  callerNumber: string
  timeoutSeconds: number
  /** The call that waits for the answer, when an application dials. */
  onBehalfOf?: Channel
}

export type DialOutcome = { kind: 'reached'; channel: Channel } | { kind: 'failed'; cause: Cause }

/** Admission of new calls: `fsctl pause`, `fsctl sps`. */
export interface Admission {
  pausedInbound: boolean
  pausedOutbound: boolean
  sessionsPerSecond: number
  maxSessions: number
}

/** The parts of the switch that applications and commands work with. */
export interface SwitchCore {
  readonly bus: EventBus
  readonly channels: ChannelRegistry
  readonly scheduler: Scheduler
  readonly globals: Map<string, string>
  readonly applications: ReadonlyMap<string, Application>
  readonly dialplan: Dialplan
  readonly sounds: SoundLibrary
  readonly conferences: Conferences
  readonly admission: Admission
  readonly startedAt: number
  readonly logger: Logger
  openMedia(channel: Channel): Promise<ChannelMedia>
  /** Rings a phone; resolves once it answered, has early media (unless ignore_early_media), or finally did not. */
  dial(request: DialRequest): Promise<DialOutcome>
  /** Reads the dialplan anew. Throws what is wrong with it, and then the old one stays. */
  reloadDialplan(): void
  /** Ends the process that hosts the switch: `fsctl shutdown`. */
  shutdown(): void
}
