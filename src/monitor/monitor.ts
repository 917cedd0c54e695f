import type { SnapshotFrom } from 'xstate'
import type { EventData, EventLog } from '../events/index.ts'
import { firstStep, type Logger, messageOf, newId, step } from '../kernel/index.ts'
import type { DialOutcome, HangupCause, HeardBy, LegId, SwitchPort } from '../switch/switch-port.ts'
import { MonitorRefused, SupervisorBusy, SupervisorUnreachable } from './errors.ts'
import { type MonitorInput, type MonitorState, monitorMachine } from './monitor-machine.ts'

/** Listen: nobody hears the supervisor. Whisper: the agent alone does. Barge: everybody the agent talks to, too. */
export type MonitorMode = 'listen' | 'whisper' | 'barge'

/** Who listens, and by whose command. */
export interface MonitorRequest {
  /** The supervisor, as an agent of the room: whose phone is rung. */
  readonly agentId: string
  readonly extension: string
  /** The user who asked for it. */
  readonly by: string
}

/** What a monitor needs from the call it listens to. */
export interface MonitorOwner {
  /** The supervisor's leg begins: its events belong to the call. */
  legBegins(legId: LegId): void
  /** The supervisor's leg is wanted no more. */
  drop(legId: LegId, cause: HangupCause): void
  /** Whether the agent listened to is still the one who talks. */
  agentIsThere(): boolean
  /** The supervisor's phone is free again. */
  onOver(): void
}

export interface MonitorOptions {
  readonly callId: string
  /** The agent listened to, and the leg. */
  readonly monitored: string
  readonly monitoredLegId: LegId
  readonly request: MonitorRequest
  readonly mode: MonitorMode
  readonly callerNumber: string
  readonly callerName: string
  readonly switchPort: SwitchPort
  readonly log: EventLog
  readonly logger: Logger
  readonly owner: MonitorOwner
}

const heardBy: Readonly<Record<MonitorMode, HeardBy>> = { listen: 'nobody', whisper: 'monitored', barge: 'all' }

/** Seconds the supervisor's phone may ring. */
const ringFor = 20

/**
 * One supervisor listening to one agent's call. The switch attaches the supervisor to the agent's leg, so that the
 * talk itself is not touched: what the agent hears and says is heard, in a talk, on hold, in a consultation and in a
 * conference, until the agent is out of the call. Whoever ends first, the switch hangs up the supervisor's leg.
 */
export class Monitor {
  readonly legId: LegId = newId()
  readonly #options: MonitorOptions
  #snapshot: SnapshotFrom<typeof monitorMachine> = firstStep(monitorMachine)[0]
  #mode: MonitorMode
  #started = false
  #onRinging: () => void = () => {}

  constructor(options: MonitorOptions) {
    this.#options = options
    this.#mode = options.mode
  }

  get state(): MonitorState {
    return this.#snapshot.value as MonitorState
  }

  get mode(): MonitorMode {
    return this.#mode
  }

  get request(): MonitorRequest {
    return this.#options.request
  }

  /** The agent listened to. */
  get monitored(): string {
    return this.#options.monitored
  }

  /**
   * Rings the supervisor's phone; resolves once it rings. Throws SupervisorBusy or SupervisorUnreachable when it cannot
   * be had. `onAnswered` is called when the supervisor hears the call.
   */
  async start(onAnswered: () => void): Promise<void> {
    const { owner, switchPort, request, callerNumber, callerName } = this.#options
    owner.legBegins(this.legId)
    const rings = new Promise<undefined>((resolve) => {
      this.#onRinging = () => resolve(undefined)
    })
    const { legId } = this
    const { extension } = request
    const dialled = switchPort.dial({ legId, extension, callerNumber, callerName, timeoutSeconds: ringFor })
    const settled = dialled.then((outcome) => this.#dialled(outcome, onAnswered))
    settled.catch((error: unknown) => this.#failed(error))
    const failure = await Promise.race([rings, settled])
    if (failure) throw failure
  }

  /** The supervisor's phone rings. */
  ringing(): void {
    this.#onRinging()
  }

  /** Another mode. Throws MonitorRefused when it is the present one. */
  async change(mode: MonitorMode, by: string): Promise<void> {
    if (mode === this.#mode) throw new MonitorRefused(`${this.request.agentId} is monitoring the call: ${mode} already`)
    if (!this.#take('CHANGE')) throw new MonitorRefused(`the monitoring is ${this.state}`)
    const before = this.#mode
    this.#mode = mode
    if (this.state === 'ringing') return
    await this.#attach().catch((error: unknown) => {
      this.#mode = before
      throw error
    })
    this.#options.log.append('call.monitor-changed', { ...this.#fact(), from: before, by })
  }

  /** From here on the leg is wanted for the call itself; false when it is not attached. */
  claim(): boolean {
    return this.#take('TAKE_OVER')
  }

  /** The supervisor has the call, or listens on. */
  claimed(taken: boolean): void {
    if (!taken) {
      this.#take('NOT_TAKEN')
      return
    }
    if (!this.#take('TAKEN')) return
    this.#recordEnd('taken over')
  }

  /** By command, or because the call is over. */
  stop(reason: string): void {
    const { owner } = this.#options
    const rang = this.state === 'ringing'
    if (!this.#take('ENDED')) return
    owner.drop(this.legId, rang ? 'ORIGINATOR_CANCEL' : 'NORMAL_CLEARING')
    this.#over(reason)
  }

  /** The supervisor's leg ended: hung up by the phone, or by the switch because the agent left. */
  legEnded(): void {
    // A phone that could not be had is told by the outcome of the dialling.
    if (this.state === 'ringing') return
    if (!this.#take('ENDED')) return
    this.#over(this.#options.owner.agentIsThere() ? 'supervisor hung up' : 'agent left the call')
  }

  /** Listens again, in the mode it was in, after a take-over that could not be. */
  async reattach(): Promise<void> {
    if (this.state === 'attached') await this.#attach()
  }

  #dialled(outcome: DialOutcome, onAnswered: () => void): SupervisorBusy | SupervisorUnreachable | undefined {
    const { owner, request } = this.#options
    if (outcome.kind === 'failed') {
      if (!this.#take('ENDED')) return undefined
      owner.drop(this.legId, 'NORMAL_CLEARING')
      this.#over(outcome.cause)
      const phone = `the phone ${request.extension} of ${request.agentId}`
      if (outcome.cause === 'USER_BUSY') return new SupervisorBusy(`${phone} is busy`)
      return new SupervisorUnreachable(`${phone} cannot be had (${outcome.cause}): is it registered?`)
    }
    if (!this.#take('ANSWERED')) return undefined
    if (!owner.agentIsThere()) {
      this.stop('agent left the call')
      return undefined
    }
    this.#attach()
      .then(() => this.#attached(onAnswered))
      .catch((error: unknown) => this.#failed(error))
    return undefined
  }

  #attached(onAnswered: () => void): void {
    if (this.state === 'over') return
    this.#started = true
    this.#options.log.append('call.monitor-started', { ...this.#fact(), by: this.request.by })
    onAnswered()
  }

  #failed(error: unknown): void {
    const { callId, logger } = this.#options
    logger.warn({ callId, reason: messageOf(error) }, 'a call could not be monitored')
    this.stop('switch failed')
  }

  #attach(): Promise<void> {
    const { switchPort, monitoredLegId } = this.#options
    return switchPort.monitor(this.legId, monitoredLegId, heardBy[this.#mode])
  }

  #over(reason: string): void {
    this.#recordEnd(reason)
    this.#options.owner.onOver()
  }

  #recordEnd(reason: string): void {
    // One who never heard anything has ended nothing, but the ringing of the phone is told all the same.
    this.#options.log.append('call.monitor-ended', { ...this.#fact(), heard: this.#started, reason })
  }

  #fact(): Omit<EventData<'call.monitor-started'>, 'by'> {
    const { callId, monitored, request } = this.#options
    return { callId, agentId: request.agentId, monitored, legId: this.legId, mode: this.#mode }
  }

  #take(type: MonitorInput['type']): boolean {
    if (!this.#snapshot.can({ type })) return false
    const [next] = step(monitorMachine, this.#snapshot, { type })
    this.#snapshot = next
    return true
  }
}
