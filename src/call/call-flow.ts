import type { EventData } from '../events/index.ts'
import { messageOf } from '../kernel/index.ts'
import type { ChannelSnapshot, HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import type { Talk } from '../transfer/index.ts'
import type { Call, CallNeed } from './call.ts'
import type { CallContext } from './call-context.ts'
import { CallEnding } from './call-ending.ts'
import type { CallParts } from './call-parts.ts'
import { CallSound } from './call-sound.ts'
import { CallStages } from './call-stages.ts'
import { Deadline } from './deadline.ts'
import type { Leg } from './leg.ts'
import { LegEvents } from './leg-events.ts'
import type { Monitors } from './monitors.ts'
import type { OutboundRequest } from './outbound-flow.ts'
import type { PhoneReturn } from './phone-return.ts'
import { PrefetchedCalls } from './prefetched-calls.ts'
import { recover } from './recovery.ts'
import { resumeTalking, type TalkingParties } from './restored-talk.ts'

/** What a flow tells whoever gives it its events. */
export interface CallFlowOwner {
  /** A leg of the call begins: its events belong to the flow. */
  ownLeg(legId: LegId, flow: CallFlow): void
  /** Nobody wants a leg any more: it is hung up whenever it shows. */
  doom(legId: LegId): void
  /** The last fact is written. */
  onClosed(flow: CallFlow): void
}

/**
 * One call on its way: menu, queue, offer, talk, release. It begins and ends the call; what happens in between comes by
 * `legs`, and what is done about it is the stages' business.
 */
export class CallFlow {
  readonly call: Call
  readonly switchPort: SwitchPort
  /** Takes what happens on the legs. */
  readonly legs: LegEvents
  readonly #context: CallContext
  readonly #owner: CallFlowOwner
  readonly #parts: CallParts
  readonly #stages: CallStages
  readonly #ending: CallEnding
  readonly #lastCalls = new PrefetchedCalls()

  constructor({
    call,
    switchPort,
    context,
    owner,
  }: {
    call: Call
    switchPort: SwitchPort
    context: CallContext
    owner: CallFlowOwner
  }) {
    this.call = call
    this.switchPort = switchPort
    this.#context = context
    this.#owner = owner
    this.#parts = {
      call,
      switchPort,
      context,
      sound: new CallSound({ call, switchPort, context }),
      deadline: new Deadline(context),
      ownLeg: (legId) => owner.ownLeg(legId, this),
      drop: (legId, cause) => this.#drop(legId, cause),
      release: (by, cause, reason, at) => this.release(by, cause, reason, at),
    }
    this.#stages = new CallStages({ ...this.#parts, onAnswered: (legId, at) => this.legs.answered(legId, at) })
    this.#ending = new CallEnding({ call, context, onClosed: () => this.#closed() })
    const [stages, ending, lastCalls] = [this.#stages, this.#ending, this.#lastCalls]
    this.legs = new LegEvents({ ...this.#parts, stages, ending, lastCalls })
    owner.ownLeg(call.callerLeg.legId, this)
  }

  /** Supervisors who listen. */
  get monitors(): Monitors {
    return this.#stages.talking.monitors
  }

  /** What can be asked of the talk: hold, consult, transfer. Throws TransferRefused when nobody talks. */
  get talk(): Talk {
    return this.#stages.talking.talk
  }

  /** The phone of the agent who talks, which can be lost and come back. Throws PhoneNotLost when none talks. */
  get phone(): PhoneReturn {
    return this.#stages.talking.phone
  }

  /** A new call: takes it from the dialplan, answers it and enters the menu. */
  async begin(how: { adopted: boolean }): Promise<void> {
    this.#lastCalls.fetch(this.#parts)
    await this.#stages.arrival.begin(how)
  }

  /** A call out: the agent's phone, then the citizen's. The roster has claimed the agent already. */
  place(request: OutboundRequest): void {
    if (!this.call.take('PLACED')) return
    this.#lastCalls.fetch(this.#parts)
    this.#stages.place(request)
  }

  /** The switch is away: nobody can be offered to this caller, who keeps the place. */
  suspend(): void {
    if (this.call.state === 'queued') this.#context.dispatcher.withdraw(this.call.callId)
  }

  /** The switch is back: what happened meanwhile is seen from its channels, and what was said is said again. */
  recover(channels: ReadonlyMap<LegId, ChannelSnapshot>, at: number): void {
    const onAnswered = (legId: LegId) => this.legs.answered(legId, at)
    const onBridged = () => this.legs.bridged(at)
    recover({ ...this.#parts, stages: this.#stages, onAnswered, onBridged }, channels, at)
  }

  /** A call of an earlier process that waited: it keeps its place. */
  async resumeWaiting(need: CallNeed): Promise<void> {
    this.#lastCalls.fetch(this.#parts)
    await this.switchPort.adopt(this.call.callerLeg.legId)
    this.#stages.queue.enter({ ...need, enteredAt: this.#context.clock.now() }, 'restored')
  }

  /** A call of an earlier process whose parties talk: they go on where they were. */
  resumeTalking(parties: TalkingParties, need: CallNeed | undefined, answeredAt: number): void {
    const { talking } = this.#stages
    resumeTalking({ ...this.#parts, talking, parties, need, answeredAt })
  }

  /** The third party of a talk of an earlier process, as the switch has it now. */
  thirdSeen(channel: ChannelSnapshot | undefined, legId: LegId, at: number): void {
    if (!channel) this.legs.ended(legId, { at, cause: 'NORMAL_UNSPECIFIED', sipStatus: 0 })
    else if (channel.answered) this.legs.answered(legId, at)
    else this.#stages.talking.stage?.ringAgain()
  }

  /** An agent was found, whom the roster has claimed already. */
  startOffer(agentId: string, extension: string): void {
    this.#stages.offers.toAgent(agentId, extension)
  }

  /** Ends the call, once: hangs up what is left and frees the agent. */
  release(
    by: EventData<'call.released'>['by'],
    cause: HangupCause,
    reason: string,
    at = this.#context.clock.now(),
  ): void {
    const { call } = this
    const { talking, offers, afterTalk, outbound } = this.#stages
    const before = call.state
    if (by === 'agent' && before === 'talking' && afterTalk.begin(at)) return
    if (!call.take('RELEASED')) return
    const { partner, need, callId } = call
    // First what a person waits for: the phone that rings for a caller who is gone.
    for (const leg of call.legs.toReversed()) if (leg !== call.callerLeg) this.#leave(leg)
    this.#stages.stop()
    talking.end()
    this.#context.recorder.stop(callId)
    if (outbound) outbound.close(before)
    else if (before === 'ringing') offers.withdrawn()
    // Who was rated is free since then.
    else if (partner?.agentId && before !== 'rating')
      this.#context.roster.released(partner.agentId, callId, need?.queue ?? '')
    // Last, because the next caller waits for the agent and nobody for this one.
    this.#leave(call.callerLeg)
    this.#ending.begin({ before, by, cause, reason, at })
  }

  #leave(leg: Leg): void {
    if (leg.endedAt === null) this.#drop(leg.legId, leg.answeredAt === null ? 'ORIGINATOR_CANCEL' : 'NORMAL_CLEARING')
  }

  #drop(legId: LegId, cause: HangupCause): void {
    this.#owner.doom(legId)
    this.switchPort.hangUp(legId, cause).catch((error: unknown) => {
      this.#context.logger.warn(
        { legId, reason: messageOf(error) },
        'a leg could not be hung up, it will be when seen again',
      )
    })
  }

  #closed(): void {
    this.#stages.voicemail.left()
    this.#owner.onClosed(this)
  }
}
