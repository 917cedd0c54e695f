import type { AgentRoster } from '../agent/index.ts'
import type { EventData, EventLog } from '../events/index.ts'
import { type IvrResult, type MenuSnapshot, promptFile, queueMusic } from '../ivr/index.ts'
import { type Cancel, type Clock, type Logger, messageOf, newId } from '../kernel/index.ts'
import { ComfortLoop, type Dispatcher, type QueueConfig } from '../queue/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import type { Call, CallNeed } from './call.ts'
import type { CallState } from './call-machine.ts'
import { Leg } from './leg.ts'
import { LegAudio } from './leg-audio.ts'
import { MenuWalk } from './menu-walk.ts'
import { offerFailure } from './offer-outcome.ts'

/** What every call shares: the stages it passes through and the log its facts go to. */
export interface CallFlowContext {
  readonly clock: Clock
  readonly logger: Logger
  readonly log: EventLog
  readonly roster: AgentRoster
  readonly dispatcher: Dispatcher
  /** Prompt folder as the switches see it. */
  readonly promptsDir: string
  menus(): MenuSnapshot
  queue(name: string): QueueConfig
  /** Files that tell a waiting caller the position and expected wait, and what was said. */
  announcement(need: CallNeed & { callId: string }): {
    readonly files: readonly string[]
    readonly fact: EventData<'call.announced'> | undefined
  }
  lastCalls(callerNumber: string, callId: string): Promise<EventData<'agent.ringing'>['pop']['lastCalls']>
  /** Told when a leg of the call begins, so that its events find the call. */
  ownLeg(legId: LegId, flow: CallFlow): void
  /** Told of a leg nobody wants any more: it is hung up whenever it shows. */
  doom(legId: LegId): void
  onReleased(flow: CallFlow): void
}

/** Milliseconds. */
const limits = { answer: 5000, bridge: 3000, apology: 15_000, lastLeg: 3000 } as const

/**
 * One call on its way: menu, queue, offer, talk, release. Every method is called for something that happened; what
 * the call's machine does not allow any more has no effect, and that decides all races.
 */
export class CallFlow {
  readonly call: Call
  readonly switchPort: SwitchPort
  readonly #context: CallFlowContext
  #audio: LegAudio
  #menu: MenuWalk | undefined
  #comfort: ComfortLoop | undefined
  #lastCalls: EventData<'agent.ringing'>['pop']['lastCalls'] = []
  #ending: { by: EventData<'call.released'>['by']; cause: HangupCause; reason: string; at: number } | undefined
  /** The deadline of the present transitional state. */
  #cancelDeadline: Cancel = () => {}
  #cancelThreshold: Cancel = () => {}
  #cancelMaxWait: Cancel = () => {}

  constructor({ call, switchPort, context }: { call: Call; switchPort: SwitchPort; context: CallFlowContext }) {
    this.call = call
    this.switchPort = switchPort
    this.#context = context
    this.#audio = this.#newAudio()
    context.ownLeg(call.callerLeg.legId, this)
  }

  /** A new call: takes it from the dialplan, answers it and enters the menu. */
  async begin({ adopted }: { adopted: boolean }): Promise<void> {
    const { call, switchPort } = this
    this.#prefetchLastCalls()
    this.#deadline(limits.answer, () => this.release('system', 'RECOVERY_ON_TIMER_EXPIRE', 'not answered by the switch'))
    const legId = call.callerLeg.legId
    await Promise.all([adopted ? switchPort.adopt(legId) : switchPort.take(legId), switchPort.answer(legId)])
    if (!call.take('ACCEPTED')) return
    this.#cancelDeadline()
    this.#enterMenu()
  }

  /** A call of an earlier process whose parties talk: nothing is done, only the end is awaited. */
  resumeTalking(agent: { agentId: string; legId: LegId }, need: CallNeed, answeredAt: number): void {
    const { call } = this
    const leg = new Leg({ legId: agent.legId, role: 'agent', createdAt: answeredAt })
    leg.answeredAt = answeredAt
    call.legs.push(leg)
    call.need = need
    call.offer = { agentId: agent.agentId, extension: '', leg, offeredAt: answeredAt }
    call.answeredAt = answeredAt
    call.bridgedAt = answeredAt
    call.restore('talking')
    this.#context.ownLeg(leg.legId, this)
  }

  /** A call of an earlier process that waited: it keeps its place. */
  async resumeWaiting(need: CallNeed): Promise<void> {
    this.#prefetchLastCalls()
    await this.switchPort.adopt(this.call.callerLeg.legId)
    this.#enterQueue(need, 'restored')
  }

  digit(digit: string): void {
    this.#menu?.digit(digit)
  }

  played(legId: LegId, playbackId: string): void {
    if (legId === this.call.callerLeg.legId) this.#audio.played(playbackId)
  }

  /** An agent was found. The roster has claimed the agent already. */
  startOffer(agentId: string, extension: string): void {
    const { call, switchPort } = this
    const need = call.need
    if (!need || !call.take('OFFERED')) {
      this.#context.roster.withdrawn(agentId, call.callId)
      return
    }
    const offeredAt = this.#context.clock.now()
    const leg = new Leg({ legId: newId(), role: 'agent', createdAt: offeredAt })
    call.legs.push(leg)
    call.offer = { agentId, extension, leg, offeredAt }
    this.#context.ownLeg(leg.legId, this)
    this.#record('agent.offered', { agentId, callId: call.callId, queue: need.queue, legId: leg.legId, extension })
    const { ringFor } = this.#context.queue(need.queue)
    // Our own clock ends the ringing; the switch, which counts in whole seconds, is the second line.
    this.#deadline(ringFor * 1000, () => this.#offerFailed(leg, 'NO_ANSWER', 0))
    const { callerNumber, callerName } = call.identity
    switchPort
      .dial({ legId: leg.legId, extension, callerNumber, callerName, timeoutSeconds: ringFor + 2 })
      .then((outcome) => {
        if (outcome.kind === 'answered') this.legAnswered(leg.legId, this.#context.clock.now())
        else this.#offerFailed(leg, outcome.cause, leg.sipStatus)
      })
      .catch((error: unknown) => {
        this.#context.logger.warn({ callId: call.callId, reason: messageOf(error) }, 'an agent could not be dialled')
        this.#offerFailed(leg, 'NETWORK_OUT_OF_ORDER', 0)
      })
  }

  legRinging(legId: LegId, at: number): void {
    const { offer, need } = this.call
    if (!offer || !need || offer.leg.legId !== legId || offer.leg.ringingAt !== null) return
    offer.leg.ringingAt = at
    const { callerNumber, callerName, line } = this.call.identity
    const pop = {
      callerNumber,
      callerName,
      line,
      language: need.language,
      queue: need.queue,
      menuPath: [...this.call.menuPath],
      waitedMs: Math.max(0, at - need.queuedAt),
      lastCalls: this.#lastCalls,
    }
    this.#record('agent.ringing', { agentId: offer.agentId, callId: this.call.callId, legId, pop }, at)
  }

  legAnswered(legId: LegId, at: number): void {
    if (legId === this.call.callerLeg.legId) this.call.callerLeg.answeredAt ??= at
    else this.#agentAnswered(legId, at)
  }

  legBridged(at: number): void {
    const { call } = this
    const { offer } = call
    if (!offer || !call.take('BRIDGED')) return
    this.#cancelDeadline()
    call.bridgedAt = at
    this.#record('call.bridged', { callId: call.callId, agentId: offer.agentId, legId: offer.leg.legId }, at)
  }

  legHeld(legId: LegId, at: number, held: boolean): void {
    const { call } = this
    if (call.state !== 'talking' || !call.offer || legId !== call.offer.leg.legId) return
    this.#record(held ? 'call.held' : 'call.retrieved', { callId: call.callId, agentId: call.offer.agentId }, at)
  }

  legEnded(legId: LegId, { at, cause, sipStatus }: { at: number; cause: HangupCause; sipStatus: number }): void {
    const { call } = this
    call.legs.find((leg) => leg.legId === legId)?.end(at, cause, sipStatus)
    if (call.state === 'released') return this.#closeWhenAllLegsEnded()
    if (legId === call.callerLeg.legId) return this.release('caller', cause, 'caller hung up', at)
    const { offer } = call
    if (!offer || offer.leg.legId !== legId) return
    if (call.state === 'ringing') return this.#offerFailed(offer.leg, cause, sipStatus)
    if (call.state === 'talking') return this.release('agent', cause, 'agent hung up', at)
    if (call.state === 'connecting') this.#bridgeFailed('agent gone before the bridge')
  }

  /** Ends the call, once: frees the agent and hangs up what is left. */
  release(by: EventData<'call.released'>['by'], cause: HangupCause, reason: string, at = this.#context.clock.now()): void {
    const { call } = this
    const before = call.state
    if (!call.take('RELEASED')) return
    const { offer } = call
    // First what a person waits for: the phone that rings for a caller who is gone.
    if (offer && offer.leg.endedAt === null) {
      this.#drop(offer.leg.legId, before === 'ringing' ? 'ORIGINATOR_CANCEL' : 'NORMAL_CLEARING')
    }
    if (call.callerLeg.endedAt === null) this.#drop(call.callerLeg.legId, 'NORMAL_CLEARING')
    this.#stopStages()
    this.#context.dispatcher.withdraw(call.callId)
    if (by === 'caller' && call.answeredAt === undefined) this.#recordAbandon(before, at)
    this.#freeAgent(before)
    this.#ending = { by, cause, reason, at }
    this.#deadline(limits.lastLeg, () => this.#close())
    this.#closeWhenAllLegsEnded()
  }

  #enterMenu(): void {
    const { call } = this
    const menus = this.#context.menus()
    const front = (menus.lines.get(call.identity.line) ?? menus.defaultLine).front
    this.#record('call.accepted', { callId: call.callId, front })
    this.#menu = new MenuWalk({
      menus,
      line: call.identity.line,
      promptsDir: this.#context.promptsDir,
      audio: this.#audio,
      clock: this.#context.clock,
      onLanguage: (language) => {
        call.language = language
        this.#record('call.language-chosen', { callId: call.callId, language })
      },
      onPath: (path) => {
        call.menuPath = [...path]
        this.#record('call.menu-entered', { callId: call.callId, path: [...path] })
      },
      onDone: (result) => this.#menuDone(result, front),
    })
    this.#menu.start()
  }

  #menuDone(result: IvrResult, front: 'menu' | 'direct'): void {
    this.#menu = undefined
    if (result.kind === 'hangup') return this.release('system', 'NORMAL_CLEARING', 'menu ended the call')
    const { queue, skills, priority, language } = result
    const config = this.#context.queue(queue)
    this.#enterQueue(
      {
        queue,
        skills: [...new Set([...config.skills, ...skills])],
        language,
        priority: Math.max(priority, config.priority),
        queuedAt: this.#context.clock.now(),
      },
      front,
    )
  }

  #enterQueue(need: CallNeed, reason: EventData<'call.queued'>['reason']): void {
    const { call } = this
    if (!call.take('QUEUED')) return
    call.need = need
    call.language = need.language
    const { queue, language, priority, queuedAt } = need
    const fact = { callId: call.callId, queue, skills: [...need.skills], language, priority, queuedAt }
    this.#record('call.queued', { ...fact, menuPath: [...call.menuPath], reason })
    this.#watchWaiting(need)
    this.#startComfort(['please-wait'])
    this.#wait()
  }

  /** Joins the line, at the place the time of queueing gives. */
  #wait(): void {
    const { need, callId } = this.call
    if (!need) return
    const needs = [...need.skills, `language:${need.language}`]
    this.#context.dispatcher.enqueue({ callId, queue: need.queue, needs, priority: need.priority, queuedAt: need.queuedAt })
  }

  #watchWaiting(need: CallNeed): void {
    this.#cancelThreshold()
    this.#cancelMaxWait()
    const { clock } = this.#context
    const { answerWithin, maxWait } = this.#context.queue(need.queue)
    const waited = clock.now() - need.queuedAt
    if (waited < answerWithin * 1000) {
      const fact = { callId: this.call.callId, queue: need.queue, waitedSeconds: answerWithin }
      this.#cancelThreshold = clock.after(answerWithin * 1000 - waited, () => this.#record('queue.threshold-passed', fact))
    }
    this.#cancelMaxWait = clock.after(Math.max(0, maxWait * 1000 - waited), () => this.#waitedTooLong(need))
  }

  #waitedTooLong(need: CallNeed): void {
    const { call } = this
    const { afterMaxWait } = this.#context.queue(need.queue)
    // A phone that rings for this caller right now is the better end of waiting.
    if (call.state !== 'queued' || afterMaxWait.kind === 'keep') return
    const waitedSeconds = Math.round((this.#context.clock.now() - need.queuedAt) / 1000)
    const to = afterMaxWait.kind === 'queue' ? `queue:${afterMaxWait.queue}` : `announce:${afterMaxWait.prompt}`
    this.#record('queue.overflowed', { callId: call.callId, queue: need.queue, waitedSeconds, to })
    this.#context.dispatcher.withdraw(call.callId)
    if (afterMaxWait.kind === 'queue') {
      const { skills, priority } = this.#context.queue(afterMaxWait.queue)
      this.#enterQueue({ ...need, queue: afterMaxWait.queue, skills, priority: Math.max(priority, need.priority) }, 'overflow')
      return
    }
    this.#sayAndEnd(afterMaxWait.prompt)
  }

  #sayAndEnd(prompt: string): void {
    this.#comfort?.stop()
    const end = () => this.release('system', 'NORMAL_CLEARING', 'longest wait is over')
    this.#deadline(limits.apology, end)
    this.#audio.play([this.#file(prompt)], end)
  }

  #startComfort(first: readonly string[]): void {
    const { call } = this
    const { clock, promptsDir } = this.#context
    const need = call.need
    if (!need) return
    this.#comfort?.stop()
    this.#comfort = new ComfortLoop({
      audio: this.#audio,
      clock,
      music: promptFile({ promptsDir, prompt: queueMusic }),
      announceEveryMs: this.#context.queue(need.queue).announceEvery * 1000,
      announcement: () => this.#announce(),
    })
    this.#comfort.start(first.map((name) => this.#file(name)))
  }

  #announce(): readonly string[] {
    const { need, callId } = this.call
    if (!need) return []
    const { files, fact } = this.#context.announcement({ ...need, callId })
    if (fact) this.#record('call.announced', fact)
    return files
  }

  #agentAnswered(legId: LegId, at: number): void {
    const { call } = this
    const { offer, need } = call
    if (!offer || !need || offer.leg.legId !== legId) return
    offer.leg.answeredAt ??= at
    if (!call.take('ANSWERED')) return
    call.answeredAt = at
    this.#stopStages()
    this.#deadline(limits.bridge, () => this.#bridgeFailed('no bridge in time'))
    this.switchPort.bridge(call.callerLeg.legId, legId).catch((error: unknown) => this.#bridgeFailed(messageOf(error)))
    this.#context.roster.answered(offer.agentId, call.callId)
    const waitedMs = Math.max(0, at - need.queuedAt)
    this.#record('call.answered', { callId: call.callId, queue: need.queue, agentId: offer.agentId, legId, waitedMs }, at)
  }

  #offerFailed(leg: Leg, cause: HangupCause, sipStatus: number): void {
    const { call } = this
    const { offer, need } = call
    if (!need || offer?.leg !== leg || !call.take('OFFER_FAILED')) return
    const at = this.#context.clock.now()
    if (leg.endedAt === null) this.#drop(leg.legId, 'NO_ANSWER')
    leg.end(at, cause, sipStatus)
    call.offer = undefined
    this.#cancelDeadline()
    const outcome = offerFailure({ cause, rang: leg.ringingAt !== null })
    const { agentId, offeredAt } = offer
    const fact = { agentId, callId: call.callId, legId: leg.legId, outcome, cause, sipStatus, afterMs: at - offeredAt }
    this.#record('agent.offer-failed', fact)
    this.#context.roster.missed(agentId, call.callId, outcome)
    this.#wait()
  }

  /** The agent had answered but the two were never joined: the caller waits on, with the old place. */
  #bridgeFailed(reason: string): void {
    const { call } = this
    const { offer, need } = call
    if (!offer || !need || !call.take('BRIDGE_FAILED')) return
    this.#cancelDeadline()
    this.#context.logger.warn({ callId: call.callId, agentId: offer.agentId, reason }, 'bridge failed, caller waits on')
    if (offer.leg.endedAt === null) this.#drop(offer.leg.legId, 'NORMAL_CLEARING')
    call.offer = undefined
    call.answeredAt = undefined
    this.#context.roster.released(offer.agentId, call.callId, need.queue)
    const { queue, language, priority, queuedAt } = need
    const fact = { callId: call.callId, queue, skills: [...need.skills], language, priority, queuedAt }
    this.#record('call.queued', { ...fact, menuPath: [...call.menuPath], reason: 'restored' })
    this.#audio = this.#newAudio()
    this.#watchWaiting(need)
    this.#startComfort([])
    this.#wait()
  }

  #recordAbandon(before: CallState, at: number): void {
    const { callId, need, offeredAt } = this.call
    const where = before === 'arriving' ? 'arrival' : before === 'menu' ? 'menu' : 'queue'
    const waitedMs = Math.max(0, at - (need?.queuedAt ?? offeredAt))
    this.#record('call.abandoned', { callId, queue: need?.queue ?? null, waitedMs, where }, at)
  }

  #closeWhenAllLegsEnded(): void {
    if (this.call.legs.every(({ endedAt }) => endedAt !== null)) this.#close()
  }

  /** The last fact of the call: it waits for the other leg's end, so that it tells both legs' timings and causes. */
  #close(): void {
    const { call } = this
    const ending = this.#ending
    if (!ending) return
    this.#ending = undefined
    this.#cancelDeadline()
    const { by, cause, reason, at } = ending
    const talkedMs = call.bridgedAt === undefined ? 0 : Math.max(0, at - call.bridgedAt)
    const legs = call.legs.map((leg) => leg.facts())
    this.#record('call.released', { callId: call.callId, by, cause, reason, talkedMs, legs }, at)
    this.#context.onReleased(this)
  }

  #freeAgent(before: CallState): void {
    const { offer, need, callId } = this.call
    if (!offer || !need) return
    if (before !== 'ringing') return this.#context.roster.released(offer.agentId, callId, need.queue)
    const at = this.#context.clock.now()
    const { agentId, offeredAt, leg } = offer
    const fact = { agentId, callId, legId: leg.legId, outcome: 'withdrawn', cause: 'ORIGINATOR_CANCEL', sipStatus: 0 } as const
    this.#record('agent.offer-failed', { ...fact, afterMs: at - offeredAt })
    this.#context.roster.withdrawn(agentId, callId)
  }

  #drop(legId: LegId, cause: HangupCause): void {
    this.#context.doom(legId)
    this.switchPort.hangUp(legId, cause).catch((error: unknown) => {
      this.#context.logger.warn({ legId, reason: messageOf(error) }, 'a leg could not be hung up, it will be when seen again')
    })
  }

  #stopStages(): void {
    this.#cancelDeadline()
    this.#cancelThreshold()
    this.#cancelMaxWait()
    this.#menu?.close()
    this.#comfort?.stop()
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

  #newAudio(): LegAudio {
    const { clock, logger } = this.#context
    return new LegAudio({ switchPort: this.switchPort, legId: this.call.callerLeg.legId, clock, logger })
  }

  #file(name: string): string {
    return promptFile({ promptsDir: this.#context.promptsDir, prompt: { language: this.call.language, name } })
  }

  #record<T extends Parameters<EventLog['append']>[0]>(type: T, data: EventData<T>, at?: number): void {
    this.#context.log.append(type, data, at)
  }
}
