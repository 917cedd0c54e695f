import type { Caller } from '../callers/index.ts'
import type { EventData } from '../events/index.ts'
import { type IvrResult, promptFile } from '../ivr/index.ts'
import { type Cancel, messageOf } from '../kernel/index.ts'
import type { ChannelSnapshot, HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import { type Talk, type Target, TransferRefused } from '../transfer/index.ts'
import { AgentOffer } from './agent-offer.ts'
import { BranchOffer } from './branch-offer.ts'
import type { Call, CallNeed, CallPartner } from './call.ts'
import type { CallContext, ClosedLine, LastCalls } from './call-context.ts'
import { CallEnding } from './call-ending.ts'
import { Leg } from './leg.ts'
import { LegAudio } from './leg-audio.ts'
import { MenuWalk } from './menu-walk.ts'
import { Monitors } from './monitors.ts'
import { OutboundFlow, type OutboundRequest } from './outbound-flow.ts'
import type { PhoneOffer } from './phone-offer.ts'
import { QueueStage } from './queue-stage.ts'
import { RatingStage } from './rating-stage.ts'
import { type HandedOver, type RestoredTalkStage, TalkStage } from './talk-stage.ts'
import { VoicemailStage } from './voicemail-stage.ts'

/** What a flow tells whoever gives it its events. */
export interface CallFlowOwner {
  /** A leg of the call begins: its events belong to the flow. */
  ownLeg(legId: LegId, flow: CallFlow): void
  /** Nobody wants a leg any more: it is hung up whenever it shows. */
  doom(legId: LegId): void
  /** The last fact is written. */
  onClosed(flow: CallFlow): void
}

/** Whom the caller of an earlier process's call talks to. */
export interface TalkingParties {
  readonly agentId: string | null
  readonly legId: LegId
  readonly together: boolean
  /** A hold, or a third party under way. */
  readonly talk: RestoredTalkStage | undefined
}

/** Milliseconds. */
const limits = { answer: 5000, bridge: 3000, lastWord: 250, farewell: 30_000 } as const

/**
 * One call on its way: menu, queue, offer, talk, release. Every method is called for something that happened; what
 * the call's machine does not allow any more has no effect, and that decides all races.
 */
export class CallFlow {
  readonly call: Call
  readonly switchPort: SwitchPort
  readonly #context: CallContext
  readonly #owner: CallFlowOwner
  readonly #ending: CallEnding
  readonly #queue: QueueStage
  readonly #voicemail: VoicemailStage
  #rating: RatingStage | undefined
  /** Supervisors who listen. */
  readonly monitors: Monitors
  #audio: LegAudio
  #menu: MenuWalk | undefined
  #offer: PhoneOffer | undefined
  #talk: TalkStage | undefined
  #outbound: OutboundFlow | undefined
  #lastCalls: LastCalls = []
  /** The caller hears of an incident; the menu has not begun. */
  #tellingIncidents = false
  /** The deadline of the present transitional state. */
  #cancelDeadline: Cancel = () => {}

  constructor(parts: { call: Call; switchPort: SwitchPort; context: CallContext; owner: CallFlowOwner }) {
    this.call = parts.call
    this.switchPort = parts.switchPort
    this.#context = parts.context
    this.#owner = parts.owner
    this.#audio = this.#newAudio()
    this.#queue = new QueueStage({
      call: this.call,
      context: this.#context,
      audio: () => this.#audio,
      onBranch: (number) => this.#offerToBranch(number),
      onGivenUp: () =>
        this.release('system', 'NORMAL_CLEARING', this.call.content ? 'callback asked for' : 'longest wait is over'),
      onVoicemail: (wanted) => this.#voicemail.enter({ ...wanted, reason: 'overflow' }),
    })
    this.#voicemail = new VoicemailStage({
      call: this.call,
      switchPort: this.switchPort,
      context: this.#context,
      audio: () => this.#audio,
      onDone: (reason) => this.release('system', 'NORMAL_CLEARING', reason),
    })
    this.#ending = new CallEnding({
      call: this.call,
      context: this.#context,
      onClosed: () => {
        this.#voicemail.left()
        this.#owner.onClosed(this)
      },
    })
    this.monitors = this.#newMonitors()
    this.#owner.ownLeg(this.call.callerLeg.legId, this)
  }

  /** A new call: takes it from the dialplan, answers it and enters the menu. */
  async begin({ adopted }: { adopted: boolean }): Promise<void> {
    const { call, switchPort } = this
    this.#prefetchLastCalls()
    // There before the answer, so that a key pressed in the first moment counts.
    const menu = this.#newMenu()
    this.#menu = menu
    this.#deadline(limits.answer, () => this.#notAnswered())
    const legId = call.callerLeg.legId
    await Promise.all([adopted ? switchPort.adopt(legId) : switchPort.take(legId), switchPort.answer(legId)])
    if (!call.take('ACCEPTED')) return
    this.#cancelDeadline()
    this.#context.log.append('call.accepted', { callId: call.callId, front: menu.front })
    const listed = this.#context.caller(call.identity.callerNumber)
    if (listed?.grade === 'refuse') this.#refuse(listed, menu.language)
    else this.#tellIncidents(menu)
  }

  /** What happened in the city is said first, in every language; a key goes on at once and counts for the menu. */
  #tellIncidents({ language }: MenuWalk): void {
    const { callId, identity } = this.call
    const { files, ids } = this.#context.incidents.forNewCall(identity.line, callId, language)
    if (files.length === 0) return this.#enter()
    this.#context.log.append('call.incident-played', { callId, incidentIds: ids })
    this.#tellingIncidents = true
    this.#audio.play(files, () => this.#incidentsTold())
  }

  #incidentsTold(): void {
    if (!this.#tellingIncidents) return
    this.#tellingIncidents = false
    if (this.call.state === 'menu') this.#enter()
  }

  #enter(): void {
    const menu = this.#menu
    if (!menu) return
    const { line, callerNumber } = this.call.identity
    const closed = this.#context.closed(line)
    const seats = this.#context.targets.branches.queueOf(line)
    if (closed) this.#turnAway(closed, menu.language)
    else {
      const onward = () => (seats === undefined ? menu.start() : this.#toSeats(seats, menu))
      this.#warned(this.#context.caller(callerNumber), menu, onward)
    }
  }

  /** A call out: the agent's phone, then the citizen's. The roster has claimed the agent already. */
  place(request: OutboundRequest): void {
    const { call, switchPort } = this
    if (!call.take('PLACED')) return
    this.#prefetchLastCalls()
    call.language = request.language
    this.#outbound = new OutboundFlow({
      call,
      request,
      switchPort,
      context: this.#context,
      owner: {
        ownLeg: (legId) => this.#owner.ownLeg(legId, this),
        drop: (legId, cause) => this.#drop(legId, cause),
        onAnswered: (at) => this.#citizenReached(at),
        release: (by, cause, reason) => this.release(by, cause, reason),
      },
    })
    this.#outbound.start()
  }

  /** The switch is away: nobody can be offered to this caller, who keeps the place. */
  suspend(): void {
    if (this.call.state === 'queued') this.#context.dispatcher.withdraw(this.call.callId)
  }

  /** The switch is back: what happened meanwhile is seen from its channels, and what was said is said again. */
  recover(channels: ReadonlyMap<LegId, ChannelSnapshot>, at: number): void {
    const { call } = this
    const legId = call.partner?.leg.legId
    const agentChannel = legId === undefined ? undefined : channels.get(legId)
    switch (call.state) {
      case 'arriving':
        this.begin({ adopted: true }).catch((error: unknown) => this.#complain(error))
        return
      case 'menu':
        this.#renewAudio()
        if (this.#tellingIncidents) {
          this.#menu = this.#newMenu()
          return this.#incidentsTold()
        }
        this.#menu?.resume(this.#audio)
        return
      case 'queued':
        this.#renewAudio()
        this.#queue.resume('restored')
        return
      case 'rating':
        return this.release('agent', 'NORMAL_CLEARING', 'the switch was away')
      case 'voicemail':
        this.#renewAudio()
        this.#voicemail.resume()
        return
      case 'ringing':
        if (agentChannel?.answered) this.legAnswered(agentChannel.legId, at)
        return
      case 'placing':
      case 'reaching':
        for (const { legId: each, answeredAt } of call.legs)
          if (answeredAt === null && channels.get(each)?.answered) this.legAnswered(each, at)
        return
      case 'connecting':
        if (agentChannel?.bridgedWith) this.legBridged(at)
    }
  }

  /** A call of an earlier process that waited: it keeps its place. */
  async resumeWaiting(need: CallNeed): Promise<void> {
    this.#prefetchLastCalls()
    await this.switchPort.adopt(this.call.callerLeg.legId)
    this.#queue.enter({ ...need, enteredAt: this.#context.clock.now() }, 'restored')
  }

  /**
   * A call of an earlier process whose parties talk: they go on where they were. Parties who were apart, and not by a hold or
   * for a third party, are brought together.
   */
  resumeTalking(
    { agentId, legId, together, talk }: TalkingParties,
    need: CallNeed | undefined,
    answeredAt: number,
  ): void {
    const { call } = this
    const leg = new Leg({ legId, role: agentId === null ? 'third' : 'agent', createdAt: answeredAt })
    leg.answeredAt = answeredAt
    call.legs.push(leg)
    call.need = need
    call.partner = { agentId, leg }
    call.answeredAt = answeredAt
    call.bridgedAt = answeredAt
    call.restore('talking')
    this.#owner.ownLeg(legId, this)
    this.#context.recorder.adopt(call.callId, this.switchPort)
    if (agentId !== null) this.#talk = this.#newTalk({ agentId, leg })
    if (this.#talk && talk) return this.#talk.restore(talk)
    if (together) return
    this.switchPort.bridge(call.callerLeg.legId, legId).catch((error: unknown) => this.#complain(error))
  }

  /** The third party of a talk of an earlier process, as the switch has it now. */
  thirdSeen(channel: ChannelSnapshot | undefined, legId: LegId, at: number): void {
    if (!channel) this.legEnded(legId, { at, cause: 'NORMAL_UNSPECIFIED', sipStatus: 0 })
    else if (channel.answered) this.legAnswered(legId, at)
    else this.#talk?.ringAgain()
  }

  /** An agent was found, whom the roster has claimed already. */
  startOffer(agentId: string, extension: string): void {
    const { call, switchPort } = this
    const { need } = call
    if (!need || !call.take('OFFERED')) {
      this.#context.roster.withdrawn(agentId, call.callId)
      return
    }
    const offer: AgentOffer = new AgentOffer({
      call,
      need,
      agentId,
      extension,
      switchPort,
      context: this.#context,
      onAnswered: (at) => this.legAnswered(offer.legId, at),
      onFailed: (cause, sipStatus) => this.#offerFailed(offer, cause, sipStatus),
    })
    this.#ring(offer)
  }

  digit(digit: string): void {
    if (this.#menu) {
      this.#menu.digit(digit)
      this.#incidentsTold()
    } else this.#queue.digit(digit)
    this.#rating?.digit(digit)
    this.#voicemail.digit(digit)
  }

  recorded(recordingId: string, recordedMs: number): void {
    this.#voicemail.recorded(recordingId, recordedMs)
  }

  played(legId: LegId, playbackId: string): void {
    this.#outbound?.played(playbackId)
    if (legId !== this.call.callerLeg.legId) return
    this.#audio.played(playbackId)
    this.#talk?.played(playbackId)
  }

  legRinging(legId: LegId, at: number): void {
    this.monitors.ringing(legId, at)
    this.#outbound?.ringing(legId, at, this.#lastCalls)
    if (this.#offer?.legId === legId) this.#offer.ringing(at, this.#lastCalls)
  }

  legAnswered(legId: LegId, at: number): void {
    const { call } = this
    const leg = call.legs.find((each) => each.legId === legId)
    if (leg) leg.answeredAt ??= at
    this.#talk?.talk.answered(legId)
    this.#outbound?.answered(legId, at)
    const offer = this.#offer
    if (offer?.legId !== legId || !call.take('ANSWERED')) return
    call.answeredAt = at
    this.#stopStages()
    this.#join(legId)
    offer.answered(at)
    this.#record(offer.agentId)
  }

  legBridged(at: number): void {
    const { call } = this
    const { partner } = call
    if (!partner || !call.take('BRIDGED')) return
    const { agentId, leg } = partner
    this.#cancelDeadline()
    call.bridgedAt = at
    if (this.#outbound) this.#record(agentId)
    this.#outbound?.joined()
    this.#outbound = undefined
    // With a branch alone there is nobody of ours who could hold or transfer.
    if (agentId === null) return
    this.#context.log.append('call.bridged', { callId: call.callId, agentId, legId: leg.legId }, at)
    this.#talk = this.#newTalk({ agentId, leg })
  }

  /** The switch parked the leg, after a bridge for instance. */
  legParked(legId: LegId): void {
    if (legId === this.call.callerLeg.legId) this.#rating?.parked()
  }

  legHeld(legId: LegId, at: number, held: boolean): void {
    const { state, partner, callId } = this.call
    if (state !== 'talking' || partner?.leg.legId !== legId || partner.agentId === null) return
    this.#context.log.append(held ? 'call.held' : 'call.retrieved', { callId, agentId: partner.agentId }, at)
  }

  /** A phone sent the other party elsewhere by REFER. */
  legReferred(legId: LegId, target: string): void {
    if (this.call.state === 'talking') this.#talk?.referred(legId, target)
  }

  legEnded(legId: LegId, { at, cause, sipStatus }: { at: number; cause: HangupCause; sipStatus: number }): void {
    const { call } = this
    call.legs.find((leg) => leg.legId === legId)?.end(at, cause, sipStatus)
    if (legId === call.callerLeg.legId) this.#voicemail.left()
    if (call.state === 'released') return this.#ending.legEnded()
    if (this.monitors.legEnded(legId)) return
    if (this.#outbound?.ended(legId, cause, sipStatus)) return
    if (call.state === 'rating') {
      // The agent hung up first, whoever is last.
      if (legId === call.callerLeg.legId) this.release('agent', cause, 'caller hung up instead of rating', at)
      return
    }
    if (legId === call.callerLeg.legId) return this.release('caller', cause, 'caller hung up', at)
    if (this.#talk?.isThird(legId)) {
      if (!this.#talk.thirdEnded(legId, cause, sipStatus)) this.release('third', cause, 'third party hung up', at)
      return
    }
    if (call.partner?.leg.legId !== legId) return
    if (call.state === 'ringing' && this.#offer) return this.#offerFailed(this.#offer, cause, sipStatus)
    if (call.state === 'talking') {
      if (this.#talk?.agentEnded()) return
      const by = call.partner.agentId === null ? 'third' : 'agent'
      return this.release(by, cause, `${by} hung up`, at)
    }
    this.#bridgeFailed('agent gone before the bridge')
  }

  /** Ends the call, once: hangs up what is left and frees the agent. */
  release(
    by: EventData<'call.released'>['by'],
    cause: HangupCause,
    reason: string,
    at = this.#context.clock.now(),
  ): void {
    const { call } = this
    const before = call.state
    if (by === 'agent' && before === 'talking' && this.#askForRating(at)) return
    if (!call.take('RELEASED')) return
    const { partner, need } = call
    // First what a person waits for: the phone that rings for a caller who is gone. The caller's leg was first.
    for (const leg of call.legs.toReversed()) {
      if (leg.endedAt === null) this.#drop(leg.legId, leg.answeredAt === null ? 'ORIGINATOR_CANCEL' : 'NORMAL_CLEARING')
    }
    this.#stopStages()
    this.#talk?.close()
    this.monitors.close()
    this.#context.recorder.stop(call.callId)
    this.#ending.begin({ before, by, cause, reason, at })
    // Who was rated is free since then.
    if (before === 'rating') return
    if (this.#outbound) this.#outbound.close(before)
    else if (before === 'ringing') this.#offer?.withdrawn()
    else if (partner?.agentId) this.#context.roster.released(partner.agentId, call.callId, need?.queue ?? '')
  }

  /** What can be asked of the talk: hold, consult, transfer. Throws TransferRefused when nobody talks. */
  get talk(): Talk {
    if (this.call.state !== 'talking' || !this.#talk) {
      throw new TransferRefused(`call ${this.call.callId} is ${this.call.state}: nobody talks`)
    }
    return this.#talk.talk
  }

  /** Whether the caller is asked for a rating instead of being released with the agent, who is free at once. */
  #askForRating(at: number): boolean {
    const { call } = this
    const { partner, need, callerLeg, callId } = call
    const context = this.#context
    // Whom we called did not ask for anything.
    if (
      call.direction !== 'inbound' ||
      !partner?.agentId ||
      !need ||
      callerLeg.endedAt !== null ||
      !context.queue(need.queue).rating
    )
      return false
    if (!call.take('RATING')) return false
    const { agentId, leg } = partner
    call.talkedUntil = at
    if (leg.endedAt === null) this.#drop(leg.legId, 'NORMAL_CLEARING')
    this.#talk?.close()
    this.#talk = undefined
    this.monitors.close()
    context.recorder.stop(callId)
    context.roster.released(agentId, callId, need.queue)
    // Nothing of ours plays in a talk.
    this.#audio = this.#newAudio()
    const onDone = () => this.release('agent', 'NORMAL_CLEARING', 'agent hung up')
    const { queue } = need
    this.#rating = new RatingStage({ call, agentId, queue, context, audio: this.#audio, onDone })
    this.#rating.start()
    return true
  }

  #record(agentId: string | null): void {
    const { call, switchPort } = this
    const { callId, identity, need, callerLeg } = call
    const { line, callerNumber } = identity
    const what = { callId, legId: callerLeg.legId, line, queue: need?.queue ?? null, agentId, callerNumber }
    this.#context.recorder.start(what, switchPort)
  }

  /** A nuisance caller, with evidence: told so, and the call ends. */
  #refuse({ evidence, setBy }: Caller, language: string): void {
    const { callId, identity } = this.call
    const { log, nuisance } = this.#context
    this.#menu = undefined
    this.call.content = true
    log.append('call.refused', { callId, callerNumber: identity.callerNumber, evidence: [...evidence], setBy })
    this.#sayFarewell({ language, name: nuisance.refusal }, 'nuisance caller refused')
  }

  /** A nuisance caller hears the warning first, and then what everybody hears. */
  #warned(listed: Caller | undefined, { language }: MenuWalk, go: () => void): void {
    const grade = listed?.grade ?? null
    if (grade !== 'warning' && grade !== 'queue') return go()
    const { callId, identity } = this.call
    const { log, promptsDir, nuisance } = this.#context
    log.append('call.warned', { callId, callerNumber: identity.callerNumber, grade })
    const onward = () => {
      this.#cancelDeadline()
      if (this.call.state === 'menu') go()
    }
    this.#deadline(limits.farewell, onward)
    this.#audio.play([promptFile({ promptsDir, prompt: { language, name: nuisance.warning } })], onward)
  }

  #sayFarewell(prompt: { language: string; name: string }, reason: string): void {
    const end = () => this.release('system', 'NORMAL_CLEARING', reason)
    this.#deadline(limits.farewell, end)
    this.#audio.play([promptFile({ promptsDir: this.#context.promptsDir, prompt })], end)
  }

  #citizenReached(at: number): void {
    const { partner } = this.call
    this.call.answeredAt = at
    if (partner) this.#join(partner.leg.legId)
    this.#record(partner?.agentId ?? null)
  }

  #join(legId: LegId): void {
    this.#deadline(limits.bridge, () => this.#bridgeFailed('no bridge in time'))
    this.switchPort
      .bridge(this.call.callerLeg.legId, legId)
      // A refusal mostly says that one of the two is gone: who it is comes right behind, and decides. A caller who hung up
      // as the agent answered does not wait again.
      .catch((error: unknown) => {
        if (this.call.state === 'connecting')
          this.#deadline(limits.lastWord, () => this.#bridgeFailed(messageOf(error)))
      })
  }

  /** The line is closed by its calendar. */
  #turnAway({ calendarId, reason, instead }: ClosedLine, language: string): void {
    const { callId } = this.call
    const { log } = this.#context
    this.#menu = undefined
    log.append('call.turned-away', { callId, calendarId, reason })
    this.call.language = language
    if (instead.kind === 'voicemail') return this.#voicemail.enter({ ...instead, reason: 'closed' })
    this.#sayFarewell({ language, name: instead.prompt }, 'line is closed')
  }

  /** No agent is there in time: a branch hotline is rung for the caller. */
  #offerToBranch(number: string): void {
    const { call, switchPort } = this
    const context = this.#context
    const target = this.#branch(number)
    if (!target) return this.#queue.rejoin()
    const { need } = call
    if (!need || !call.take('OFFERED')) return
    const offer: BranchOffer = new BranchOffer({
      call,
      need,
      target,
      switchPort,
      context,
      onAnswered: (at) => this.legAnswered(offer.legId, at),
      onFailed: (cause, sipStatus) => this.#offerFailed(offer, cause, sipStatus),
    })
    this.#ring(offer)
  }

  /** Undefined when the branch takes no calls now. */
  #branch(number: string): Target | undefined {
    const { callId } = this.call
    try {
      return this.#context.targets.claim({ branch: number }, callId)
    } catch (error) {
      this.#context.logger.info({ callId, reason: messageOf(error) }, 'no overflow to this branch now')
      return undefined
    }
  }

  #ring(offer: PhoneOffer): void {
    const { call } = this
    this.#queue.ringing()
    this.#offer = offer
    call.legs.push(offer.leg)
    call.partner = { agentId: offer.agentId, leg: offer.leg }
    this.#owner.ownLeg(offer.legId, this)
    offer.start()
  }

  #newTalk(partner: { agentId: string; leg: Leg }, handedOver?: HandedOver): TalkStage {
    const { call, switchPort } = this
    return new TalkStage({
      call,
      partner,
      switchPort,
      context: this.#context,
      newAudio: (options) => this.#newAudio(options),
      ownLeg: (legId) => this.#owner.ownLeg(legId, this),
      drop: (legId, cause) => this.#drop(legId, cause),
      onAlone: () => this.#leftAlone(),
      onHandedTo: (next, how) => {
        this.#talk = this.#newTalk(next, how)
      },
      handedOver,
    })
  }

  #newMonitors(): Monitors {
    const { call, switchPort } = this
    return new Monitors({
      call,
      switchPort,
      context: this.#context,
      ownLeg: (legId) => this.#owner.ownLeg(legId, this),
      drop: (legId, cause) => this.#drop(legId, cause),
      checkTakeOver: () => this.talk.checkAlone(),
      prepareTakeOver: () => this.#prepareTakeOver(),
      onTakenOver: (partner, before) => this.#takenOver(partner, before),
    })
  }

  async #prepareTakeOver(): Promise<() => Promise<void>> {
    const { talk } = this
    await talk.settled
    // What went on meanwhile may have brought in a third party, or ended the talk.
    if (this.talk !== talk) throw new TransferRefused('the call has another agent by now')
    talk.checkAlone()
    // Music that the bridge cuts off must not begin again.
    this.#talk?.silence()
    return () => talk.resume()
  }

  /** A supervisor has the caller; the agent before goes to wrap-up. */
  #takenOver(partner: CallPartner & { readonly agentId: string }, before: CallPartner): void {
    const { call } = this
    this.#talk?.close()
    this.#context.recorder.unmask(call.callId)
    call.partner = partner
    this.#talk = this.#newTalk(partner)
    if (before.leg.endedAt === null) this.#drop(before.leg.legId, 'NORMAL_CLEARING')
    if (before.agentId !== null) this.#context.roster.released(before.agentId, call.callId, call.need?.queue ?? '')
  }

  /** The agent went while a third party rang, and that did not answer: the caller is queued again, at the old place. */
  #leftAlone(): void {
    const { call } = this
    if (!call.take('LEFT_ALONE')) return
    this.#context.recorder.unmask(call.callId)
    this.#talk = undefined
    this.#forgetOffer()
    this.#renewAudio()
    this.#queue.resume('left-alone')
  }

  #notAnswered(): void {
    // While the switch is away nothing is known; the caller is not given up for that.
    if (this.switchPort.connected) this.release('system', 'RECOVERY_ON_TIMER_EXPIRE', 'not answered by the switch')
  }

  #newMenu(): MenuWalk {
    const { call } = this
    const { log, promptsDir, clock } = this.#context
    const { callId } = call
    return new MenuWalk({
      menus: this.#context.menus(),
      line: call.identity.line,
      promptsDir,
      audio: this.#audio,
      clock,
      onLanguage: (language) => {
        call.language = language
        log.append('call.language-chosen', { callId, language })
      },
      onPath: (path) => {
        call.menuPath = [...path]
        log.append('call.menu-entered', { callId, path: [...path] })
      },
      onDone: (result, front) => this.#menuDone(result, front),
    })
  }

  /** The number of a branch whose seats are here: no menu, its callers know what they want. */
  #toSeats(queue: string, { language }: MenuWalk): void {
    this.call.language = language
    this.#menuDone({ kind: 'queue', queue, language, skills: [], priority: 0, path: [], reason: 'direct' }, 'direct')
  }

  #menuDone(result: IvrResult, front: 'menu' | 'direct'): void {
    this.#menu = undefined
    if (result.kind === 'hangup') return this.release('system', 'NORMAL_CLEARING', 'menu ended the call')
    const { language } = result
    const listed = this.#context.caller(this.call.identity.callerNumber)
    const own = listed?.grade === 'queue' ? this.#context.nuisance.queue : null
    const queue = own ?? result.queue
    const config = this.#context.queue(queue)
    const skills = own === null ? [...new Set([...config.skills, ...result.skills])] : config.skills
    const priority = Math.max(result.priority, config.priority, listed?.priority ?? 0)
    const now = this.#context.clock.now()
    this.#queue.enter({ queue, skills, language, priority, queuedAt: now, enteredAt: now }, front)
  }

  #offerFailed(offer: PhoneOffer, cause: HangupCause, sipStatus: number): void {
    const { call } = this
    if (this.#offer !== offer || !call.take('OFFER_FAILED')) return
    if (offer.leg.endedAt === null) this.#drop(offer.legId, 'NO_ANSWER')
    offer.leg.end(this.#context.clock.now(), cause, sipStatus)
    this.#forgetOffer()
    offer.failed(cause, sipStatus)
    this.#queue.rejoin()
  }

  /** The agent had answered but the two were never joined: the caller waits on, with the old place. */
  #bridgeFailed(reason: string): void {
    const { call } = this
    const { partner, need } = call
    if (call.direction === 'outbound' && call.state === 'connecting')
      return this.release('system', 'NORMAL_TEMPORARY_FAILURE', `bridge failed: ${reason}`)
    if (!partner || !need || !call.take('BRIDGE_FAILED')) return
    this.#cancelDeadline()
    this.#context.logger.warn(
      { callId: call.callId, agentId: partner.agentId, reason },
      'bridge failed, caller waits on',
    )
    if (partner.leg.endedAt === null) this.#drop(partner.leg.legId, 'NORMAL_CLEARING')
    this.#forgetOffer()
    call.answeredAt = undefined
    if (partner.agentId !== null) this.#context.roster.released(partner.agentId, call.callId, need.queue)
    this.#renewAudio()
    this.#queue.resume('bridge-failed')
  }

  #forgetOffer(): void {
    this.#offer = undefined
    this.call.partner = undefined
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

  #stopStages(): void {
    this.#cancelDeadline()
    this.#menu?.close()
    this.#queue.stop()
    this.#rating?.close()
    this.#voicemail.close()
    this.#audio.close()
  }

  #deadline(ms: number, then: () => void): void {
    this.#cancelDeadline()
    this.#cancelDeadline = this.#context.clock.after(ms, then)
  }

  /** Asked for early, so that the screen-pop never waits for the database. */
  #prefetchLastCalls(): void {
    const { callerNumber, callId } = this.call.identity
    this.#context
      .lastCalls(callerNumber, callId)
      .then((calls) => {
        this.#lastCalls = calls
      })
      .catch((error: unknown) => this.#context.logger.warn({ reason: messageOf(error) }, 'last calls are not known'))
  }

  #complain(error: unknown): void {
    const { callId } = this.call
    this.#context.logger.warn({ callId, reason: messageOf(error) }, 'the call waits for its switch')
  }

  #newAudio({ occupied = false } = {}): LegAudio {
    const { clock, logger } = this.#context
    const { switchPort, call } = this
    return new LegAudio({ switchPort, legId: call.callerLeg.legId, clock, logger, occupied })
  }

  /** What plays at the switch is not known any more. */
  #renewAudio(): void {
    this.#audio.close()
    this.#audio = this.#newAudio({ occupied: true })
  }
}
