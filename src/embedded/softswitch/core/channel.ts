import type { ChannelMedia } from '../media/channel-media.ts'
import type { Recorder } from '../media/recorder.ts'
import type { CallerProfile, ChannelTimes, Direction } from './caller-profile.ts'
import { type Cause, causeNumber } from './causes.ts'
import { type ChannelFacts, channelHeaders } from './channel-headers.ts'
import { type AnswerState, type CallState, type ChannelState, callStateNumbers } from './channel-states.ts'
import { DigitQueue } from './digit-queue.ts'
import type { Endpoint } from './endpoint.ts'
import type { EventBus } from './event-bus.ts'
import { PrivateEvents } from './private-events.ts'
import type { Step } from './step.ts'
import type { Header } from './switch-event.ts'
import { microseconds } from './time.ts'

/** Columns of `show` that keep the last conversation after it ended, unlike the headers of events. */
interface Listing {
  callUuid: string
  calleeDirection: '' | 'SEND' | 'RECV'
  sentCalleeName: string
  sentCalleeNumber: string
}

export interface ChannelOptions {
  uuid: string
  name: string
  direction: Direction
  profile: CallerProfile
  bus: EventBus
}

/**
 * One leg of a call. It holds what is known about it and tells the event bus; what it does next is decided by
 * `runChannel`, which performs one `Step` after the other. Anybody who wants it elsewhere (transfer, bridge, park,
 * hang-up) sets the next step, and whatever it is waiting for gives way.
 */
export class Channel implements ChannelFacts {
  readonly uuid: string
  readonly name: string
  readonly direction: Direction
  readonly variables = new Map<string, string>()
  readonly digits = new DigitQueue()
  readonly privateEvents = new PrivateEvents()
  readonly times: ChannelTimes = {
    created: microseconds(),
    progress: 0,
    progressMedia: 0,
    answered: 0,
    bridged: 0,
    lastHold: 0,
    holdAccumulated: 0,
    hungUp: 0,
    transferred: 0,
  }
  /** As it arrived; a transfer changes the profile. */
  readonly initialProfile: Readonly<CallerProfile>
  readonly listing: Listing
  logicalDirection: Direction
  profile: CallerProfile
  endpoint: Endpoint | undefined
  media: ChannelMedia | undefined
  codec: 'PCMA' | 'PCMU' | undefined
  state: ChannelState = 'CS_NEW'
  callState: CallState = 'DOWN'
  answerState: AnswerState = 'ringing'
  callUuid: string
  hitDialplan: boolean
  hangupCause: Cause | undefined
  application = { name: '', data: '' }
  otherLeg: { type: 'originator' | 'originatee'; facts: Channel } | undefined
  /** The channel it exchanges audio with at this moment. */
  partner: Channel | undefined
  held = false
  /** Whose phone sent it elsewhere by REFER and waits for what comes of it. */
  referredBy: Channel | undefined
  /** Recordings under way, by file. */
  readonly recordings = new Map<string, Recorder>()
  readonly #bus: EventBus
  readonly #waiting = new Set<() => void>()
  #next: Step | undefined

  constructor({ uuid, name, direction, profile, bus }: ChannelOptions) {
    this.uuid = uuid
    this.name = name
    this.direction = direction
    this.logicalDirection = direction
    this.profile = profile
    this.initialProfile = profile
    const known = direction === 'outbound' ? uuid : ''
    this.listing = { callUuid: known, calleeDirection: '', sentCalleeName: '', sentCalleeNumber: '' }
    this.callUuid = uuid
    this.hitDialplan = direction === 'inbound'
    this.#bus = bus
  }

  /** The machine the switch runs on. */
  get hostname(): string {
    return this.#bus.hostname
  }

  get answered(): boolean {
    return this.times.answered > 0 && !this.down
  }

  get down(): boolean {
    return this.hangupCause !== undefined
  }

  /** True while what it is doing may go on: not hung up, and nobody wants it elsewhere. */
  get ready(): boolean {
    return !this.down && this.#next === undefined
  }

  publish(
    name: string,
    headers: readonly Header[] = [],
    options: { first?: readonly Header[]; body?: string } = {},
  ): void {
    const all = [...(options.first ?? []), ...channelHeaders(name, this), ...headers]
    this.#bus.publish({ name, headers: all, ...(options.body === undefined ? {} : { body: options.body }) })
  }

  setVariable(name: string, value: string | undefined): void {
    if (value === undefined || value === '') this.variables.delete(name)
    else this.variables.set(name, value)
  }

  /** Whether a variable says yes, as FreeSWITCH reads truth. */
  isTrue(name: string): boolean {
    return isTrue(this.variables.get(name))
  }

  enter(state: ChannelState): void {
    this.state = state
    this.publish('CHANNEL_STATE')
  }

  setCallState(callState: CallState): void {
    if (this.callState === callState) return
    const before = this.callState
    this.callState = callState
    const first: Header[] = [
      ['Original-Channel-Call-State', before],
      ['Channel-Call-State-Number', String(callStateNumbers[callState])],
    ]
    this.publish('CHANNEL_CALLSTATE', [], { first })
  }

  /** Leaves what it is doing for `step`. False when it is hung up already. */
  redirect(step: Step): boolean {
    if (this.down) return false
    this.#next = step
    this.wake()
    return true
  }

  takeNextStep(): Step | undefined {
    const step = this.#next
    this.#next = undefined
    return step
  }

  /** Ends the call. What follows (BYE, the last events) is done by `runChannel` once the current step gave way. */
  hangUp(cause: Cause): boolean {
    if (this.down) return false
    this.hangupCause = cause
    this.answerState = 'hangup'
    this.times.hungUp = microseconds()
    this.variables.set('hangup_cause', cause)
    this.variables.set('hangup_cause_q850', String(causeNumber(cause)))
    this.publish('CHANNEL_HANGUP')
    this.wake()
    return true
  }

  wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resume of waiting) resume()
  }

  /** Resolves at the next `wake`. */
  awoken(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
    })
  }
}

export function isTrue(text: string | undefined): boolean {
  return ['true', 'yes', 'on', 'enable', 'enabled', 'active', 'allow', 't', 'y', '1'].includes(
    (text ?? '').toLowerCase(),
  )
}
