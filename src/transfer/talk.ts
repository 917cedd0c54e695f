import { initialTransition, type SnapshotFrom, transition } from 'xstate'
import type { EventLog } from '../events/index.ts'
import { type Logger, messageOf, newId } from '../kernel/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/switch-port.ts'
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
}

/** What the talk needs from the call it is part of. */
export interface TalkOwner {
  /** The caller hears music until `silence`. */
  music(): void
  silence(): void
  /** A leg begins: its events belong to the call. */
  thirdBegins(leg: { readonly legId: LegId; readonly target: Target }): void
  thirdAnswered(): void
  /** The third party is gone or was never had; its leg is to be ended if it still lives. */
  thirdEnds(legId: LegId, cause: HangupCause): void
  /** The agent is out: the caller and the third party go on alone. One whose phone asked by REFER hears the yes first. */
  agentLeaves(options: { readonly referred: boolean }): void
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
  /** In a conference the parties are mixed, not bridged. */
  #mixed = false

  constructor(options: TalkOptions) {
    this.#options = options
  }

  get state(): TalkState {
    return this.#snapshot.value as TalkState
  }

  get thirdLegId(): LegId | undefined {
    return this.#third?.legId
  }

  /** The citizen hears music, the agent nothing. */
  async hold(): Promise<void> {
    this.#command('HOLD')
    await this.#separate()
    this.#record('call.held')
  }

  async retrieve(): Promise<void> {
    this.#command('RETRIEVE')
    await this.#rejoin()
    this.#record('call.retrieved')
  }

  /** Rings the target for the agent while the citizen hears music. */
  async consult(target: Target): Promise<void> {
    await this.#callThird('CONSULT', target)
  }

  /** Rings the target for the citizen; the agent is free when it answers, and has the citizen back when it does not. */
  async transfer(target: Target): Promise<void> {
    await this.#callThird('TRANSFER', target)
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
    this.#attempt(this.#callThird('TRANSFER', target, { apart: true }))
  }

  /** The REFER is refused, and those it parted are together again. */
  refuseRefer(referredLegId: LegId, sipStatus: number): void {
    this.#attempt(this.#options.switchPort.refuseRefer(referredLegId, this.#otherOf(referredLegId), sipStatus))
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
    this.#command('RETURN')
    this.#dropThird('NORMAL_CLEARING')
    await this.#rejoin()
    this.#recordReturn('agent')
  }

  /** Citizen and third party talk alone; the agent is out. */
  async complete(): Promise<void> {
    this.#command('COMPLETE')
    await this.#handOver()
  }

  /** All three hear each other. */
  async join(): Promise<void> {
    this.#command('JOIN')
    const { switchPort, callerLegId, agentLegId, callId, owner } = this.#options
    const third = this.#third
    if (!third) return
    owner.silence()
    this.#mixed = true
    await Promise.all([callerLegId, agentLegId, third.legId].map((legId) => switchPort.conference(legId, callId)))
    this.#recordThird('call.conferenced', third)
  }

  /** The third party's phone answered. */
  answered(legId: LegId): void {
    const third = this.#third
    if (third?.legId !== legId) return
    const before = this.state
    if (!this.#take('ANSWERED')) return
    this.#options.owner.thirdAnswered()
    if (before === 'consulting') {
      this.#recordThird('call.consulted', third)
      this.#attempt(this.#options.switchPort.bridge(this.#options.agentLegId, legId))
    } else this.#attempt(this.#handOver())
  }

  /** The third party could not be had, or hung up. */
  thirdEnded(legId: LegId, cause: HangupCause, sipStatus: number): void {
    const third = this.#third
    if (third?.legId !== legId) return
    if (this.#take('THIRD_GONE')) {
      this.#third = undefined
      // In a conference the two others go on hearing each other.
      if (!this.#mixed) this.#attempt(this.#rejoin())
      this.#recordReturn('third party hung up')
      return
    }
    if (!this.#take('FAILED')) return
    this.#third = undefined
    const { callId, agentId, owner, log } = this.#options
    const outcome = thirdOutcome(cause)
    const fact = { callId, agentId, legId, target: third.target.name, outcome, cause, sipStatus }
    log.append('call.consultation-failed', fact)
    if (this.state === 'lost') return owner.callerIsAlone()
    this.#attempt(this.#rejoin(sipStatus))
    this.#recordReturn(outcome)
  }

  /** The agent hung up. Returns whether the call goes on without. */
  agentEnded(): boolean {
    const before = this.state
    if (!this.#take('AGENT_GONE') || this.state === 'over') return false
    if (this.state === 'transferred') this.#attempt(this.#handOver({ mixed: before === 'conference' }))
    return true
  }

  /** Throws TransferRefused unless citizen and agent have the talk, held or not, to themselves. */
  checkAlone(): void {
    if (this.state === 'talking' || this.state === 'held') return
    throw new TransferRefused(`the talk is ${this.state}: a third party takes part, let it go first`)
  }

  /** After a take-over that could not be: citizen and agent hear again what they heard. */
  async resume(): Promise<void> {
    if (this.state === 'held') await this.#separate()
    else if (this.state === 'talking') await this.#rejoin()
  }

  #command(type: TalkInput['type']): void {
    if (!this.#take(type)) this.#refuse(type)
  }

  #refuse(type: TalkInput['type']): never {
    const can = (['HOLD', 'RETRIEVE', 'CONSULT', 'TRANSFER', 'RETURN', 'JOIN', 'COMPLETE'] as const)
      .filter((each) => this.#snapshot.can({ type: each }))
      .map((each) => each.toLowerCase())
    const instead = can.length > 0 ? `possible now: ${can.join(', ')}` : 'nothing is possible now'
    throw new TransferRefused(`the talk is ${this.state}, ${type.toLowerCase()} is not possible; ${instead}`)
  }

  /** `apart`: citizen and agent are separated already. */
  async #callThird(type: 'CONSULT' | 'TRANSFER', target: Target, { apart = false } = {}): Promise<void> {
    const wasHeld = this.state === 'held' || apart
    this.#command(type)
    const { switchPort, callerNumber, callerName, callId, agentId, log, owner } = this.#options
    const third = { legId: newId(), target }
    this.#third = third
    owner.thirdBegins(third)
    const purpose = type === 'CONSULT' ? 'consult' : 'transfer'
    log.append('call.consultation-started', { callId, agentId, legId: third.legId, target: target.name, purpose })
    if (!wasHeld) await this.#separate()
    const { extension, ringFor } = target
    switchPort
      .dial({ legId: third.legId, extension, callerNumber, callerName, timeoutSeconds: ringFor })
      .then((outcome) => {
        if (outcome.kind === 'answered') this.answered(third.legId)
        else this.thirdEnded(third.legId, outcome.cause, 0)
      })
      .catch(() => this.thirdEnded(third.legId, 'NETWORK_OUT_OF_ORDER', 0))
  }

  async #separate(): Promise<void> {
    const { switchPort, callerLegId, agentLegId, owner } = this.#options
    this.#mixed = false
    await Promise.all([switchPort.park(callerLegId), switchPort.park(agentLegId)])
    owner.music()
  }

  async #rejoin(sipStatus = 0): Promise<void> {
    const { switchPort, callerLegId, agentLegId, owner } = this.#options
    owner.silence()
    this.#mixed = false
    if (this.#referred) {
      this.#referred = false
      return switchPort.refuseRefer(callerLegId, agentLegId, sipStatus || 480)
    }
    await switchPort.bridge(callerLegId, agentLegId)
  }

  async #handOver({ mixed = false } = {}): Promise<void> {
    const { switchPort, callerLegId, owner } = this.#options
    const third = this.#third
    if (!third) return
    owner.silence()
    this.#recordThird('call.transferred', third)
    if (!mixed) await switchPort.bridge(callerLegId, third.legId)
    owner.agentLeaves({ referred: this.#referred })
  }

  #dropThird(cause: HangupCause): void {
    const third = this.#third
    this.#third = undefined
    if (third) this.#options.owner.thirdEnds(third.legId, cause)
  }

  /** A step at the switch that was nobody's command: when it fails the legs' own ends tell what to do next. */
  #attempt(step: Promise<void>): void {
    step.catch((error: unknown) => {
      const { callId, logger } = this.#options
      logger.warn({ callId, state: this.state, reason: messageOf(error) }, 'a step of the talk failed at the switch')
    })
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
