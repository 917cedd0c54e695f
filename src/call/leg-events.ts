import type { HangupCause, LegId } from '../switch/index.ts'
import type { CallPartner } from './call.ts'
import type { CallEnding } from './call-ending.ts'
import { type CallParts, record } from './call-parts.ts'
import type { CallStages } from './call-stages.ts'
import type { PrefetchedCalls } from './prefetched-calls.ts'

export interface LegEventsOptions extends CallParts {
  readonly stages: CallStages
  readonly ending: CallEnding
  readonly lastCalls: PrefetchedCalls
}

export interface LegEnd {
  readonly at: number
  readonly cause: HangupCause
  readonly sipStatus: number
  /** The switch hung up, not the phone. */
  readonly bySwitch?: boolean
}

/** Milliseconds in which the caller's end follows that of the agent's leg when the caller hung up. */
const callersEndFollows = 500

/**
 * What happens on a call's legs at the switch, given to whom it concerns. What the call's machine does not allow any more
 * has no effect, and that decides all races.
 */
export class LegEvents {
  readonly #options: LegEventsOptions

  constructor(options: LegEventsOptions) {
    this.#options = options
  }

  digit(digit: string): void {
    this.#options.stages.digit(digit)
  }

  recorded(recordingId: string, recordedMs: number): void {
    this.#options.stages.voicemail.recorded(recordingId, recordedMs)
  }

  played(legId: LegId, playbackId: string): void {
    const { call, sound, stages } = this.#options
    stages.outbound?.played(playbackId)
    if (legId !== call.callerLeg.legId) return
    sound.audio.played(playbackId)
    stages.talking.stage?.played(playbackId)
  }

  ringing(legId: LegId, at: number): void {
    const { stages, lastCalls } = this.#options
    stages.talking.monitors.ringing(legId, at)
    stages.outbound?.ringing(legId, at, lastCalls.calls)
    stages.offers.ringing(legId, at, lastCalls.calls)
  }

  answered(legId: LegId, at: number): void {
    const { call, stages } = this.#options
    const leg = call.legs.find((each) => each.legId === legId)
    if (leg) leg.answeredAt ??= at
    stages.talking.stage?.talk.answered(legId)
    stages.outbound?.answered(legId, at)
    const offer = stages.offers.answered(legId)
    if (!offer) return
    call.answeredAt = at
    stages.stop()
    stages.joining.join(legId)
    offer.answered(at)
    record(this.#options, offer.agentId)
  }

  bridged(at: number): void {
    const { call, context, deadline, stages } = this.#options
    const { partner, callId } = call
    if (!partner || !call.take('BRIDGED')) return
    const { agentId, leg } = partner
    deadline.cancel()
    call.bridgedAt = at
    if (stages.outbound) record(this.#options, agentId)
    stages.outboundJoined()
    // With a branch alone there is nobody of ours who could hold or transfer.
    if (agentId === null) return
    context.log.append('call.bridged', { callId, agentId, legId: leg.legId }, at)
    stages.talking.begin({ agentId, leg })
  }

  /** The switch parked the leg, after a bridge for instance. */
  parked(legId: LegId): void {
    const { call, stages } = this.#options
    if (legId === call.callerLeg.legId) stages.afterTalk.parked()
  }

  /** The agent's phone holds the caller, or takes the hold back. */
  held(legId: LegId, at: number, held: boolean): void {
    const { call, context } = this.#options
    const { state, partner, callId } = call
    if (state !== 'talking' || partner?.leg.legId !== legId || partner.agentId === null) return
    context.log.append(held ? 'call.held' : 'call.retrieved', { callId, agentId: partner.agentId }, at)
  }

  /** A phone sent the other party elsewhere by REFER. */
  referred(legId: LegId, target: string): void {
    const { call, stages } = this.#options
    if (call.state === 'talking') stages.talking.stage?.referred(legId, target)
  }

  ended(legId: LegId, end: LegEnd): void {
    const { call, stages, ending } = this.#options
    const { at, cause, sipStatus } = end
    const callers = legId === call.callerLeg.legId
    call.legs.find((leg) => leg.legId === legId)?.end(at, cause, sipStatus)
    if (callers) stages.voicemail.left()
    if (call.state === 'released') return ending.legEnded()
    if (stages.talking.monitors.legEnded(legId)) return
    if (stages.outbound?.ended(legId, cause, sipStatus)) return
    if (callers) return this.#callerEnded(end)
    if (call.state !== 'rating') this.#otherEnded(legId, end)
  }

  #callerEnded({ cause, at }: LegEnd): void {
    const { call, release } = this.#options
    // The agent hung up first, whoever is last.
    if (call.state === 'rating') release('agent', cause, 'caller hung up instead of rating', at)
    else release('caller', cause, 'caller hung up', at)
  }

  /** An agent's leg ended, or a third party's. */
  #otherEnded(legId: LegId, end: LegEnd): void {
    const { call, stages, release } = this.#options
    const { at, cause, sipStatus } = end
    const { partner, state } = call
    const talk = stages.talking.stage
    if (talk?.isThird(legId)) {
      if (!talk.thirdEnded(legId, cause, sipStatus)) release('third', cause, 'third party hung up', at)
      return
    }
    if (partner?.leg.legId !== legId) return
    if (state === 'ringing') return stages.offers.legEnded(cause, sipStatus)
    if (state !== 'talking') return stages.joining.failed('agent gone before the bridge')
    // A browser's phone is waited for, and comes back.
    if (talk?.agentLegEnded(cause)) return
    if (partner.agentId === null) return release('third', cause, 'third party hung up', at)
    if (end.bySwitch) this.#agentLost(partner, end)
    else release('agent', cause, 'agent hung up', at)
  }

  /**
   * The switch gave the agent's leg up. A caller who hangs up while the two are being joined is told of after the agent's
   * leg; one who is still there, because the agent's phone sent nothing any more, waits here again.
   */
  #agentLost(partner: CallPartner, { cause, at }: LegEnd): void {
    const { call, context, stages, release } = this.#options
    context.clock.after(callersEndFollows, () => {
      if (call.state !== 'talking' || call.partner !== partner) return
      const talk = stages.talking.stage
      if (call.direction === 'inbound' && call.need && talk) talk.leaveCallerAlone()
      else release('agent', cause, 'agent’s leg was lost', at)
    })
  }
}
