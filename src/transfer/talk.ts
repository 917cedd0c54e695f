import { initialTransition, type SnapshotFrom, transition } from 'xstate'
import type { EventLog } from '../events/index.ts'
import { type Logger, messageOf, newId } from '../kernel/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/switch-port.ts'
import type { EmergencyRequest } from './emergency.ts'
import { TransferRefused } from './errors.ts'
import { thirdOutcome } from './third-outcome.ts'
import { type TalkInput, type TalkState, transferMachine } from './transfer-machine.ts'

/** Somebody who can be brought in. */
export interface Target {
  /** Shown and recorded: `12366`, or `agent:8002`. */
  readonly name: string
  /** The user part dialled through the edge. */
  readonly extension: string
  /** Seconds it may ring. */
  readonly ringFor: number
  /** Seconds: who hangs up so soon after a blind transfer has not talked to the citizen. Not given: whoever hangs up has. */
  readonly returnWithin?: number
  /** The target is an emergency service. */
  readonly emergency?: EmergencyRequest
}

/** Where a talk stood when the hotline ended. */
export interface RestoredTalk {
  readonly state: 'held' | 'consulting' | 'transferring' | 'consulted' | 'conference' | 'alarming'
  readonly third: { readonly legId: LegId; readonly target: Target } | undefined
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
  thirdBegins(leg: { readonly legId: LegId; readonly target: Target }): void
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

/**
 * The talk between citizen, agent and, by turns, a third party. The machine decides what may follow; each step is
 * then carried out at the switch. A step that fails there brings citizen and agent together again.
 */
export class Talk {
  readonly #options: TalkOptions
  #snapshot: SnapshotFrom<typeof transferMachine> = initialTransition(transferMachine)[0]
  #third: { readonly legId: LegId; readonly target: Target } | undefined
  /** The transfer under way was asked for by the agent's phone, which waits for what comes of it. */
  #referred = false
  #agentIsGone = false
  /** The agent has talked with the third party. */
  #introduced = false
  /** Settles when the switch has done what was asked for last, or failed to; never rejects. */
  #lastStep: Promise<void> = Promise.resolve()
  /** In a conference the parties are mixed, not bridged. */
  #mixed = false
  /** The third party that was mixed with them last. */
  #mixedThird: LegId | undefined

  constructor(options: TalkOptions) {
    this.#options = options
  }

  get state(): TalkState {
    return this.#snapshot.value as TalkState
  }

  /** Who is brought in, or being rung. */
  get thirdName(): string | undefined {
    return this.#third?.target.name
  }

  get thirdLegId(): LegId | undefined {
    return this.#third?.legId
  }

  /**
   * A talk of an earlier process, where it stood by the log. The caller hears music where nobody else is heard, and what has
   * happened since is told in the usual ways. `together`: agent and third party hear each other.
   */
  restore({ state, third, together }: RestoredTalk): void {
    const { switchPort, callerLegId, agentLegId, owner } = this.#options
    this.#snapshot = transferMachine.resolveState({ value: state })
    this.#third = third
    this.#introduced = state === 'consulted' || state === 'conference'
    if (state === 'conference') {
      this.#mixed = true
      this.#mixedThird = third?.legId
    } else if (state === 'consulted' && third && !together) {
      // The end came between two steps: whatever they are in, they come out of it.
      this.#attempt(async () => {
        await switchPort.park(callerLegId)
        owner.music()
        await switchPort.bridge(agentLegId, third.legId)
      })
    } else if (state !== 'alarming') owner.music()
  }

  /** The citizen hears music, the agent nothing. */
  async hold(): Promise<void> {
    this.#command('HOLD')
    await this.#inTurn(() => this.#separate())
    this.#record('call.held')
  }

  async retrieve(): Promise<void> {
    this.#command('RETRIEVE')
    await this.#inTurn(() => this.#rejoin())
    this.#record('call.retrieved')
  }

  /** The citizen hears the advice, then both are together again. */
  async advise(target: string, files: readonly string[]): Promise<void> {
    const wasHeld = this.state === 'held'
    this.#command('ADVISE')
    const { callId, agentId, log, owner } = this.#options
    log.append('call.advised', { callId, agentId, target })
    if (!wasHeld) await this.#inTurn(() => this.#separate())
    if (this.state !== 'advising') return
    owner.advice(files, () => {
      if (this.#take('ADVISED')) this.#attempt(() => this.#rejoin())
    })
  }

  /** Rings the target for the agent while the citizen hears music. */
  async consult(target: Target): Promise<void> {
    await this.#callThird('CONSULT', target)
  }

  /** Rings the target for the citizen; the agent is free when it answers, and has the citizen back when it does not. */
  async transfer(target: Target): Promise<void> {
    await this.#callThird('TRANSFER', target)
  }

  /**
   * Rings an emergency service while citizen and agent go on talking, whatever they were in before. With the answer all
   * three hear each other, or citizen and service alone.
   */
  async emergency(target: Target & { readonly emergency: EmergencyRequest }): Promise<void> {
    const together = this.state === 'talking'
    this.#command('EMERGENCY')
    this.#dropThird('NORMAL_CLEARING')
    const third = { legId: newId(), target }
    this.#third = third
    this.#introduced = false
    const { owner, log, callId, agentId, callerNumber } = this.#options
    owner.thirdBegins(third)
    const { mode, by } = target.emergency
    const fact = { callId, agentId, legId: third.legId, service: target.name, mode, callerNumber, by }
    log.append('call.emergency-started', fact)
    // Not one after the other: every second counts.
    this.#dial(third)
    if (!together) await this.#inTurn(() => this.#rejoin())
  }

  /** Throws TransferRefused when the state does not allow it now. */
  check(type: TalkInput['type']): void {
    if (!this.#snapshot.can({ type })) this.#refuse(type)
  }

  /** As `transfer`, asked for by the agent's phone with REFER: the switch has parked citizen and agent already. */
  transferReferred(target: Target): void {
    this.#referred = true
    this.#mixed = false
    this.#options.owner.music()
    this.#callThird('TRANSFER', target, { apart: true }).catch((error: unknown) => this.#complain(error))
  }

  /** The REFER is refused, and those it parted are together again. */
  refuseRefer(referredLegId: LegId, sipStatus: number): void {
    const other = this.#otherOf(referredLegId)
    this.#options.owner.referRefused()
    this.#attempt(() => this.#options.switchPort.refuseRefer(referredLegId, other, sipStatus))
  }

  /** With whom the leg talked, by the state. */
  #otherOf(legId: LegId): LegId {
    const { callerLegId, agentLegId } = this.#options
    const third = this.#third?.legId ?? agentLegId
    const pair = { consulted: [agentLegId, third], transferred: [callerLegId, third] }[String(this.state)]
    const [one = callerLegId, other = agentLegId] = pair ?? []
    return legId === one ? other : one
  }

  /** Brings the citizen back to the agent and lets the third party go. */
  async giveBack(): Promise<void> {
    const rang = this.state === 'alarming'
    this.#command('RETURN')
    const service = this.#third?.target.emergency && this.#third.target.name
    this.#dropThird('NORMAL_CLEARING')
    if (service !== undefined) this.#recordEmergencyReturn(service, 'agent')
    if (rang) return
    await this.#inTurn(() => this.#rejoin())
    this.#recordReturn('agent')
  }

  /** Citizen and third party talk alone; the agent is out. */
  async complete(): Promise<void> {
    this.#command('COMPLETE')
    await this.#inTurn(() => this.#handOver())
  }

  /** All three hear each other. */
  async join(): Promise<void> {
    this.#command('JOIN')
    const third = this.#third
    if (third) await this.#inTurn(() => this.#mix(third))
  }

  /** The third party's phone answered. */
  answered(legId: LegId): void {
    const third = this.#third
    if (third?.legId !== legId) return
    const before = this.state
    if (!this.#take('ANSWERED')) return
    this.#options.owner.thirdAnswered()
    const { emergency } = third.target
    if (emergency) return this.#serviceAnswered(third, emergency)
    if (before === 'consulting') {
      this.#introduced = true
      this.#recordThird('call.consulted', third)
      this.#attempt(() => this.#options.switchPort.bridge(this.#options.agentLegId, legId))
    } else this.#attempt(() => this.#handOver())
  }

  #serviceAnswered(third: { legId: LegId; target: Target }, { mode }: EmergencyRequest): void {
    const { callId, agentId, log } = this.#options
    log.append('call.emergency-connected', { callId, agentId, legId: third.legId, service: third.target.name, mode })
    // Without an agent the two are alone whatever was asked for.
    if (this.state === 'conference' && mode === 'hand-over') this.#take('COMPLETE')
    if (this.state === 'conference') this.#attempt(() => this.#mix(third))
    else this.#attempt(() => this.#handOver())
  }

  /** The service could not be had, or hung up while the agent is still there: citizen and agent go on. */
  #serviceEnded(cause: HangupCause): void {
    const [rang, joined] = [this.state === 'alarming', this.#mixed]
    const gone = this.#take('THIRD_GONE')
    if (!gone && !this.#take('FAILED')) return
    const service = this.#third?.target.name ?? ''
    this.#third = undefined
    this.#recordEmergencyReturn(service, gone ? 'service hung up' : thirdOutcome(cause))
    if (this.state === 'lost' || this.#agentIsGone) return this.#options.owner.callerIsAlone()
    if (!rang && !joined) this.#attempt(() => this.#rejoin())
  }

  #recordEmergencyReturn(service: string, reason: string): void {
    const { callId, agentId, log } = this.#options
    log.append('call.emergency-returned', { callId, agentId, service, reason })
  }

  /** The third party could not be had, or hung up. */
  thirdEnded(legId: LegId, cause: HangupCause, sipStatus: number): void {
    const third = this.#third
    if (third?.legId !== legId) return
    if (third.target.emergency) return this.#serviceEnded(cause)
    if (this.#take('THIRD_GONE')) {
      this.#third = undefined
      // In a conference the two others go on hearing each other.
      if (!this.#mixed) this.#attempt(() => this.#rejoin())
      this.#recordReturn('third party hung up')
      return
    }
    if (!this.#take('FAILED')) return
    this.#third = undefined
    const { callId, agentId, owner, log } = this.#options
    const outcome = thirdOutcome(cause)
    const fact = { callId, agentId, legId, target: third.target.name, outcome, cause, sipStatus }
    log.append('call.consultation-failed', fact)
    if (this.state === 'lost' || this.#agentIsGone) return owner.callerIsAlone()
    this.#attempt(() => this.#rejoin(sipStatus))
    this.#recordReturn(outcome)
  }

  /** The agent hung up. Returns whether the call goes on without. */
  agentEnded(): boolean {
    this.#agentIsGone = true
    const ringsForBoth = this.state === 'alarming'
    if (!this.#take('AGENT_GONE') || this.state === 'over') return false
    if (ringsForBoth) this.#options.owner.music()
    if (this.state === 'transferred') this.#attempt(() => this.#handOver())
    return true
  }

  /** Resolves when the switch has done what was asked for so far. */
  get settled(): Promise<void> {
    return this.#lastStep
  }

  /** Throws TransferRefused unless citizen and agent have the talk, held or not, to themselves. */
  checkAlone(): void {
    if (this.state === 'talking' || this.state === 'held') return
    throw new TransferRefused(`the talk is ${this.state}: a third party takes part, let it go first`)
  }

  /** After a take-over that could not be: citizen and agent hear again what they heard. */
  async resume(): Promise<void> {
    if (this.state === 'talking') return this.#rejoin()
    if (this.state !== 'held') return
    // The agent's leg was never touched.
    const { switchPort, callerLegId, owner } = this.#options
    await switchPort.park(callerLegId)
    owner.music()
  }

  #command(type: TalkInput['type']): void {
    if (!this.#take(type)) this.#refuse(type)
  }

  #refuse(type: TalkInput['type']): never {
    const can = (['HOLD', 'RETRIEVE', 'ADVISE', 'CONSULT', 'TRANSFER', 'RETURN', 'JOIN', 'COMPLETE'] as const)
      .filter((each) => this.#snapshot.can({ type: each }))
      .map((each) => each.toLowerCase())
    const instead = can.length > 0 ? `possible now: ${can.join(', ')}` : 'nothing is possible now'
    throw new TransferRefused(`the talk is ${this.state}, ${type.toLowerCase()} is not possible; ${instead}`)
  }

  /** `apart`: citizen and agent are separated already. */
  async #callThird(type: 'CONSULT' | 'TRANSFER', target: Target, { apart = false } = {}): Promise<void> {
    const wasHeld = this.state === 'held' || apart
    this.#command(type)
    const { callId, agentId, log, owner } = this.#options
    const third = { legId: newId(), target }
    this.#third = third
    this.#introduced = false
    owner.thirdBegins(third)
    const purpose = type === 'CONSULT' ? 'consult' : 'transfer'
    log.append('call.consultation-started', { callId, agentId, legId: third.legId, target: target.name, purpose })
    if (!wasHeld) await this.#inTurn(() => this.#separate())
    // The agent may have taken the citizen back meanwhile.
    if (this.#third === third) this.#dial(third)
  }

  #dial(third: { readonly legId: LegId; readonly target: Target }): void {
    const { switchPort, callerNumber, callerName } = this.#options
    const { extension, ringFor } = third.target
    switchPort
      .dial({ legId: third.legId, extension, callerNumber, callerName, timeoutSeconds: ringFor })
      .then((outcome) => {
        if (outcome.kind === 'answered') this.answered(third.legId)
        else this.thirdEnded(third.legId, outcome.cause, 0)
      })
      .catch(() => this.thirdEnded(third.legId, 'NETWORK_OUT_OF_ORDER', 0))
  }

  async #mix(third: { readonly legId: LegId; readonly target: Target }): Promise<void> {
    const { switchPort, callerLegId, agentLegId, callId, owner } = this.#options
    // Gone while its turn came: citizen and agent are together again.
    if (this.state !== 'conference') return
    owner.silence()
    this.#mixed = true
    this.#mixedThird = third.legId
    await Promise.all([callerLegId, agentLegId, third.legId].map((legId) => switchPort.conference(legId, callId)))
    this.#recordThird('call.conferenced', third)
  }

  async #separate(): Promise<void> {
    const { switchPort, callerLegId, agentLegId, owner } = this.#options
    const mixed = this.#mixed
    this.#mixed = false
    if (mixed) await Promise.all([switchPort.park(callerLegId), switchPort.park(agentLegId)])
    else await switchPort.part(callerLegId, agentLegId)
    owner.music()
  }

  async #rejoin(sipStatus = 0): Promise<void> {
    const { switchPort, callerLegId, agentLegId, owner } = this.#options
    owner.silence()
    this.#mixed = false
    if (this.#referred) {
      this.#referred = false
      owner.referRefused()
      return switchPort.refuseRefer(callerLegId, agentLegId, sipStatus || 480)
    }
    await switchPort.bridge(callerLegId, agentLegId)
  }

  async #handOver(): Promise<void> {
    const { switchPort, callerLegId, owner } = this.#options
    const third = this.#third
    if (!third) return
    owner.silence()
    this.#recordThird('call.transferred', third)
    try {
      // All three may be in a conference with each other, or caller and agent in one that an earlier third party left.
      if (!this.#mixed || this.#mixedThird !== third.legId) await switchPort.bridge(callerLegId, third.legId)
    } catch (error) {
      this.#complain(error)
      return await this.#handOverFailed(third.legId)
    }
    owner.agentLeaves({ referred: this.#referred, introduced: this.#introduced })
  }

  /** The third party was gone in the moment it was to be joined with the citizen. */
  async #handOverFailed(thirdLegId: LegId): Promise<void> {
    const { owner } = this.#options
    if (!this.#take('FAILED')) return
    const { emergency, name: service = '' } = this.#third?.target ?? {}
    this.#third = undefined
    owner.thirdEnds(thirdLegId, 'NORMAL_CLEARING')
    if (emergency) this.#recordEmergencyReturn(service, 'service hung up')
    if (this.#agentIsGone) return owner.callerIsAlone()
    await this.#rejoin()
    this.#recordReturn('third party hung up')
  }

  #dropThird(cause: HangupCause): void {
    const third = this.#third
    this.#third = undefined
    if (third) this.#options.owner.thirdEnds(third.legId, cause)
  }

  /** A step at the switch that was nobody's command: when it fails the legs' own ends tell what to do next. */
  #attempt(step: () => Promise<void>): void {
    this.#inTurn(step).catch((error: unknown) => this.#complain(error))
  }

  /** Steps are done one after the other: the switch would mix up a bridge that begins with a conference that begins. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    const done = this.#lastStep.then(step)
    this.#lastStep = done.catch(() => {})
    return done
  }

  #complain(error: unknown): void {
    const { callId, logger } = this.#options
    logger.warn({ callId, state: this.state, reason: messageOf(error) }, 'a step of the talk failed at the switch')
  }

  #take(type: TalkInput['type']): boolean {
    if (!this.#snapshot.can({ type })) return false
    const [next] = transition(transferMachine, this.#snapshot, { type })
    this.#snapshot = next
    return true
  }

  #record(type: 'call.held' | 'call.retrieved'): void {
    const { callId, agentId, log } = this.#options
    log.append(type, { callId, agentId })
  }

  #recordThird(
    type: 'call.consulted' | 'call.conferenced' | 'call.transferred',
    third: { legId: LegId; target: Target },
  ): void {
    const { callId, agentId, log } = this.#options
    log.append(type, { callId, agentId, legId: third.legId, target: third.target.name })
  }

  #recordReturn(reason: string): void {
    const { callId, agentId, log } = this.#options
    log.append('call.returned', { callId, agentId, reason })
  }
}
