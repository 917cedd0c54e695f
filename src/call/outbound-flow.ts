import { ticketIdOf } from '../events/index.ts'
import { promptFile } from '../ivr/index.ts'
import { newId } from '../kernel/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import { type Target, thirdOutcome } from '../transfer/index.ts'
import type { Call } from './call.ts'
import { type CallContext, type LastCalls, listedOf } from './call-context.ts'
import { Leg } from './leg.ts'
import { LegAudio } from './leg-audio.ts'
import { offerFailure } from './offer-outcome.ts'
import { Ringing } from './ringing.ts'

/** A call out on an agent's behalf: the agent's phone is rung first, then the citizen's. */
export interface OutboundRequest {
  /** The agent is claimed at the roster for a call of this id. */
  readonly callId: string
  readonly agentId: string
  /** Where the agent's phone is. */
  readonly extension: string
  /** Seconds the agent's phone may ring. */
  readonly agentRingsFor: number
  /** The citizen's number, and the user part dialled for it: see OutboundNumbers. */
  readonly citizen: Target
  /** Our number: what the citizen's phone shows. */
  readonly line: string
  /** Why we call, e.g. `callback`, and what it belongs to, e.g. the callback's id. */
  readonly purpose: string
  readonly reference: string | null
  /** The ticket the agent's desk opens; the call's own without one. */
  readonly ticketId?: string
  /** Shown at the desk; wrap-up is that queue's. */
  readonly queue: string | null
  readonly language: string
  /** Told once, when the attempt is decided; the call itself may go on. */
  readonly onOutcome: (outcome: OutboundOutcome) => void
}

export type OutboundOutcome =
  /** Agent and citizen talk. */
  | { readonly kind: 'reached'; readonly agentId: string }
  /** The agent's own phone was not answered: the citizen was not called. */
  | { readonly kind: 'agentMissed'; readonly agentId: string }
  /** The citizen's phone was not answered. */
  | { readonly kind: 'notReached'; readonly agentId: string; readonly outcome: ReturnType<typeof thirdOutcome> }
  /** The agent hung up, or the call was released, before the citizen answered. */
  | { readonly kind: 'givenUp'; readonly agentId: string }

/** What a call out needs from the flow it is the beginning of. */
export interface OutboundOwner {
  ownLeg(legId: LegId): void
  drop(legId: LegId, cause: HangupCause): void
  /** The citizen answered: the two are to be joined. */
  onAnswered(at: number): void
  release(by: 'agent' | 'third' | 'system', cause: HangupCause, reason: string): void
}

/** The beginning of a call out, up to the citizen's answer; from there it is a call like any other. */
export class OutboundFlow {
  readonly #call: Call
  readonly #request: OutboundRequest
  readonly #switch: SwitchPort
  readonly #context: CallContext
  readonly #owner: OutboundOwner
  readonly #agentLeg: Leg
  readonly #agentAudio: LegAudio
  readonly #placedAt: number
  #ringing: Ringing
  #decided = false

  constructor(parts: {
    call: Call
    request: OutboundRequest
    switchPort: SwitchPort
    context: CallContext
    owner: OutboundOwner
  }) {
    this.#call = parts.call
    this.#request = parts.request
    this.#switch = parts.switchPort
    this.#context = parts.context
    this.#owner = parts.owner
    const { clock, logger } = parts.context
    this.#placedAt = clock.now()
    this.#agentLeg = new Leg({ legId: newId(), role: 'agent', createdAt: this.#placedAt })
    const audio = { switchPort: parts.switchPort, legId: this.#agentLeg.legId, clock, logger, occupied: false }
    this.#agentAudio = new LegAudio(audio)
    this.#ringing = this.#ringAgent()
  }

  /** Rings the agent's phone. */
  start(): void {
    const { callId, agentId, extension, queue, purpose, reference, line, citizen } = this.#request
    const { log } = this.#context
    const legId = this.#call.callerLeg.legId
    const fact = { callId, agentId, purpose, reference, line, switch: this.#switch.name, legId, queue }
    log.append('call.placed', { ...fact, callerNumber: citizen.name })
    log.append('agent.offered', { agentId, callId, queue, legId: this.#agentLeg.legId, extension })
    this.#call.legs.push(this.#agentLeg)
    this.#call.partner = { agentId, leg: this.#agentLeg }
    this.#owner.ownLeg(this.#agentLeg.legId)
    this.#ringing.start()
  }

  /** A phone rings: the agent's desk pops. */
  ringing(legId: LegId, at: number, lastCalls: LastCalls): void {
    const leg = this.#call.legs.find((each) => each.legId === legId)
    if (!leg || leg.ringingAt !== null) return
    leg.ringingAt = at
    if (leg !== this.#agentLeg) return
    const { callId, agentId, citizen, line, language, queue, purpose, reference } = this.#request
    const caller = { callerNumber: citizen.name, callerName: '', line, language, queue }
    const listed = listedOf(this.#context, citizen.name)
    const ticketId = this.#request.ticketId ?? ticketIdOf('call', callId)
    const pop = { ticketId, ...caller, menuPath: [], waitedMs: 0, lastCalls, listed, outbound: { purpose, reference } }
    this.#context.log.append('agent.ringing', { agentId, callId, legId, pop }, at)
  }

  answered(legId: LegId, at: number): void {
    if (legId === this.#agentLeg.legId && this.#call.take('AGENT_READY')) return this.#agentAnswered()
    if (legId === this.#call.callerLeg.legId && this.#call.take('ANSWERED')) this.#citizenAnswered(at)
  }

  /** A playback on the agent's leg ended. */
  played(playbackId: string): void {
    this.#agentAudio.played(playbackId)
  }

  /** A leg ended. Returns whether that is dealt with here. */
  ended(legId: LegId, cause: HangupCause, sipStatus: number): boolean {
    const { state, callerLeg } = this.#call
    const agents = legId === this.#agentLeg.legId
    if (state === 'placing' && agents) this.#agentFailed(cause, sipStatus)
    else if (state === 'reaching' && agents) this.#owner.release('agent', cause, 'agent hung up')
    else if (state === 'reaching' && legId === callerLeg.legId) this.#citizenFailed(cause, sipStatus)
    else return false
    return true
  }

  /** Agent and citizen talk. */
  joined(): void {
    this.#decide({ kind: 'reached', agentId: this.#request.agentId })
  }

  /** The call is over; `before` is the state it was in. The agent is freed. */
  close(before: Call['state']): void {
    const { agentId, callId, queue } = this.#request
    const { roster } = this.#context
    this.#ringing.stop()
    this.#agentAudio.close()
    if (before === 'placing' && !this.#decided) {
      this.#recordOfferFailure('withdrawn', 'ORIGINATOR_CANCEL', 0)
      roster.withdrawn(agentId, callId)
    } else if (before !== 'placing') roster.released(agentId, callId, queue ?? '')
    if (before === 'connecting') this.#decide({ kind: 'notReached', agentId, outcome: 'unreachable' })
    this.#decide({ kind: 'givenUp', agentId })
  }

  #ringAgent(): Ringing {
    const { citizen, extension, agentRingsFor } = this.#request
    return new Ringing({
      leg: this.#agentLeg,
      extension,
      callerNumber: citizen.name,
      callerName: '',
      ringFor: agentRingsFor,
      switchPort: this.#switch,
      context: this.#context,
      onAnswered: (at) => this.answered(this.#agentLeg.legId, at),
      onFailed: (cause, sipStatus) => this.#agentFailed(cause, sipStatus),
    })
  }

  #agentAnswered(): void {
    const { agentId, callId, citizen, line } = this.#request
    const { clock, roster } = this.#context
    this.#agentLeg.answeredAt ??= clock.now()
    this.#ringing.stop()
    roster.answered(agentId, callId)
    this.#playRingback()
    const leg = this.#call.dialCaller(clock.now())
    this.#ringing = new Ringing({
      leg,
      extension: citizen.extension,
      callerNumber: line,
      callerName: '',
      ringFor: citizen.ringFor,
      switchPort: this.#switch,
      context: this.#context,
      onAnswered: (at) => this.answered(leg.legId, at),
      onFailed: (cause, sipStatus) => this.#citizenFailed(cause, sipStatus),
    })
    this.#ringing.start()
  }

  #citizenAnswered(at: number): void {
    const { agentId, callId } = this.#request
    const { callerLeg } = this.#call
    callerLeg.answeredAt ??= at
    this.#ringing.stop()
    this.#agentAudio.close()
    const ringMs = Math.max(0, at - callerLeg.createdAt)
    const fact = { callId, agentId, legId: callerLeg.legId, agentLegId: this.#agentLeg.legId, ringMs }
    this.#context.log.append('call.reached', fact, at)
    this.#owner.onAnswered(at)
  }

  #agentFailed(cause: HangupCause, sipStatus: number): void {
    if (this.#call.state !== 'placing') return
    const { agentId, callId } = this.#request
    const outcome = offerFailure({ cause, rang: this.#agentLeg.ringingAt !== null })
    this.#recordOfferFailure(outcome, cause, sipStatus)
    this.#context.roster.missed(agentId, callId, outcome)
    this.#decide({ kind: 'agentMissed', agentId })
    this.#owner.release('system', cause, 'agent did not answer')
  }

  #citizenFailed(cause: HangupCause, sipStatus: number): void {
    if (this.#call.state !== 'reaching') return
    const { agentId, callId } = this.#request
    const outcome = thirdOutcome(cause)
    this.#context.log.append('call.not-reached', { callId, agentId, outcome, cause, sipStatus })
    this.#decide({ kind: 'notReached', agentId, outcome })
    this.#owner.release('third', cause, `citizen not reached: ${outcome}`)
  }

  #recordOfferFailure(
    outcome: ReturnType<typeof offerFailure> | 'withdrawn',
    cause: HangupCause,
    sipStatus: number,
  ): void {
    const { agentId, callId } = this.#request
    const { log, clock } = this.#context
    const afterMs = clock.now() - this.#placedAt
    const fact = { agentId, callId, legId: this.#agentLeg.legId, outcome, cause, sipStatus, afterMs }
    log.append('agent.offer-failed', fact)
  }

  #playRingback(): void {
    const file = promptFile({ promptsDir: this.#context.promptsDir, prompt: { language: 'tones', name: 'ringback' } })
    const play = () => this.#agentAudio.play([file, file, file, file], play)
    play()
  }

  #decide(outcome: OutboundOutcome): void {
    if (this.#decided) return
    this.#decided = true
    this.#request.onOutcome(outcome)
  }
}
