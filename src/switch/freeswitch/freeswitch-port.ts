import { type Cancel, type Clock, type Logger, messageOf, newId } from '../../kernel/index.ts'
import { SwitchRefused, SwitchUnavailable } from '../errors.ts'
import type {
  ChannelSnapshot,
  DialOutcome,
  DialRequest,
  HangupCause,
  HeardBy,
  LegId,
  Playback,
  RecordRequest,
  SwitchEvent,
  SwitchPort,
  VoiceRecording,
} from '../switch-port.ts'
import { type EslCommand, eslCommands, verb } from './esl-commands.ts'
import { EslConnection } from './esl-connection.ts'
import { decodeChannels, decodeEvent, subscribedEvents, wantedEvents } from './esl-decode.ts'
import { Fence } from './fence.ts'
import { LegMoves } from './leg-moves.ts'
import { RecentLegs } from './recent-legs.ts'

export interface FreeSwitchPortOptions {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly password: string
  /** host:port of the SIP edge, through which phones are reached. */
  readonly edge: string
  /** Grows with every hotline process that ever drove the switch. */
  readonly epoch: () => number
  /** The switch obeys a later epoch: another process drives it now. */
  readonly onFenced: () => void
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds: pause between attempts to connect, and between looks at the list of channels. */
const reconnectEvery = 1000
const reconcileEvery = 15_000
const recordingWithin = 5000
/** Longer than a switch waits for an ACK: `timer-T1X64` of dialplans/sip_profiles/edge.xml. */
const answeredWithin = 10_000
/** FreeSWITCH's list lags behind its events, so one look soon after connecting finds who came just before. */
const firstReconcile = 1000

/** FreeSWITCH behind the switch port: keeps one event-socket connection alive and speaks the centre's words. */
export class FreeSwitchPort implements SwitchPort {
  readonly name: string
  readonly #options: FreeSwitchPortOptions
  readonly #listeners = new Set<(event: SwitchEvent) => void>()
  readonly #recentLegs = new RecentLegs()
  readonly #fence: Fence
  readonly #moves: LegMoves
  /**
   * Legs being dialled, and the answer that is held back: FreeSWITCH tells of it before it parks the leg, and parking undoes
   * whatever was done with the leg in between.
   */
  readonly #answersHeld = new Map<LegId, SwitchEvent | undefined>()
  #connection: EslConnection | undefined
  #attempt = new AbortController()
  #closing = false
  #hurried = false
  #cancelTimer: Cancel = () => {}
  #lastComplaint = ''

  constructor(options: FreeSwitchPortOptions) {
    this.name = options.name
    this.#options = options
    this.#fence = new Fence(options)
    this.#moves = new LegMoves({
      api: (command) => this.#api(command),
      execute: (application, uuid) => this.#live().execute(application, uuid),
      clock: options.clock,
    })
  }

  get connected(): boolean {
    return this.#connection !== undefined && !this.#connection.closed
  }

  onEvent(listener: (event: SwitchEvent) => void): void {
    this.#listeners.add(listener)
  }

  start(): void {
    void this.#connect()
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#cancelTimer()
    this.#attempt.abort()
  }

  async take(legId: LegId): Promise<void> {
    // Nothing scheduled is no error: the leg was taken before, by us or by the process we follow.
    await this.#api(eslCommands.cancelSchedule(legId)).catch(ignoreRefusal)
  }

  async adopt(legId: LegId): Promise<void> {
    await this.take(legId)
    await this.#api(eslCommands.park(legId))
  }

  async answer(legId: LegId): Promise<void> {
    // As a job: without an offer of the caller's, FreeSWITCH waits for its ACK, and everybody else would wait with it.
    await this.#jobDone(eslCommands.answer(legId), answeredWithin)
  }

  play(legId: LegId, files: readonly string[], options: { loop?: boolean } = {}): Playback {
    const playbackId = newId()
    const start = async () => this.#live().execute(eslCommands.playback(legId, files, options), playbackId)
    return { playbackId, accepted: start() }
  }

  record(legId: LegId, request: RecordRequest): VoiceRecording {
    const recordingId = newId()
    const start = async () => this.#live().execute(eslCommands.record(legId, request), recordingId)
    return { recordingId, accepted: start() }
  }

  async startRecording(legId: LegId, path: string): Promise<void> {
    await this.#api(eslCommands.recordStereo(legId))
    // As a job: FreeSWITCH starts a thread for it, and the events of everybody else would wait for that.
    await this.#jobDone(eslCommands.recordCall(legId, 'start', path), recordingWithin)
  }

  async maskRecording(legId: LegId, path: string, masked: boolean): Promise<void> {
    await this.#api(eslCommands.recordCall(legId, masked ? 'mask' : 'unmask', path))
  }

  async stopRecording(legId: LegId, path: string): Promise<void> {
    await this.#api(eslCommands.recordCall(legId, 'stop', path)).catch(ignoreRefusal)
  }

  async stopPlaying(legId: LegId): Promise<void> {
    await this.#api(eslCommands.stopPlaying(legId)).catch(ignoreRefusal)
  }

  async dial(request: DialRequest): Promise<DialOutcome> {
    const { legId, timeoutSeconds } = request
    const command = eslCommands.originate(request, { profile: 'edge', edge: this.#options.edge })
    this.#answersHeld.set(legId, undefined)
    try {
      const reply = await this.#job(command, (timeoutSeconds + 10) * 1000)
      if (!reply.startsWith('+OK')) return { kind: 'failed', cause: reply.replace(/^-ERR\s*/, '').trim() || 'UNKNOWN' }
      const answer = this.#answersHeld.get(legId)
      if (answer) this.#tell(answer)
      return { kind: 'answered' }
    } finally {
      this.#answersHeld.delete(legId)
    }
  }

  bridge(legId: LegId, otherLegId: LegId): Promise<void> {
    return this.#moves.bridge(legId, otherLegId)
  }

  park(legId: LegId): Promise<void> {
    return this.#moves.park(legId)
  }

  part(legId: LegId, otherLegId: LegId): Promise<void> {
    return this.#moves.part(legId, otherLegId)
  }

  refuseRefer(referredLegId: LegId, otherLegId: LegId, sipStatus: number): Promise<void> {
    return this.#moves.refuseRefer(referredLegId, otherLegId, sipStatus)
  }

  conference(legId: LegId, name: string): Promise<void> {
    return this.#moves.conference(legId, name)
  }

  async monitor(legId: LegId, monitoredLegId: LegId, heardBy: HeardBy): Promise<void> {
    await this.#api(eslCommands.monitor(legId, monitoredLegId, heardBy))
  }

  async hangUp(legId: LegId, cause: HangupCause): Promise<void> {
    await this.#api(eslCommands.hangUp(legId, cause)).catch(ignoreRefusal)
  }

  hurry(wanted: boolean): void {
    this.#hurried = wanted
    this.#connection?.hurry(wanted)
  }

  async #api(command: EslCommand): Promise<string> {
    return this.#fence.reply(this.#live().api(this.#fence.around(command)))
  }

  async #job(command: EslCommand, timeoutMs: number): Promise<string> {
    return this.#fence.reply(this.#live().job(this.#fence.around(command), timeoutMs))
  }

  /** Runs a job whose result is `+OK`; throws SwitchRefused for any other. */
  async #jobDone(command: EslCommand, timeoutMs: number): Promise<void> {
    const reply = await this.#job(command, timeoutMs)
    if (!reply.startsWith('+OK')) throw new SwitchRefused(`"${verb(command)}" was refused: ${reply.trim()}`)
  }

  #live(): EslConnection {
    if (!this.#connection || this.#connection.closed) {
      throw new SwitchUnavailable(`switch ${this.name} is not connected`)
    }
    return this.#connection
  }

  async #connect(): Promise<void> {
    if (this.#closing) return
    const { host, port, password, clock, logger } = this.#options
    const { signal } = this.#attempt
    let connection: EslConnection | undefined
    try {
      connection = await EslConnection.open({
        host,
        port,
        password,
        clock,
        logger,
        signal,
        onEvent: (headers) => this.#emit(decodeEvent(headers, clock.now())),
        onClosed: (reason) => this.#onClosed(connection, reason),
      })
      await this.#synchronise(connection)
      this.#lastComplaint = ''
    } catch (error) {
      connection?.close()
      this.#complain(messageOf(error))
      this.#retry()
    }
  }

  /** Subscribes first and lists second, so that no channel can appear between the two unseen. */
  async #synchronise(connection: EslConnection): Promise<void> {
    this.#recentLegs.forget()
    this.#moves.forget()
    await this.#fence.claim(connection)
    await connection.filter(wantedEvents)
    await connection.subscribe(subscribedEvents)
    const channels = await this.#channels(connection)
    this.#connection = connection
    connection.hurry(this.#hurried)
    this.#options.logger.info({ switch: this.name, channels: channels.length }, 'switch connected')
    this.#emit({ type: 'switch.connected', channels, at: this.#options.clock.now() })
    this.#scheduleReconcile(connection, firstReconcile)
  }

  async #channels(connection: EslConnection): Promise<ChannelSnapshot[]> {
    const listed = decodeChannels(await connection.api(eslCommands.showChannels()))
    return this.#recentLegs.correct(listed, this.#options.clock.now())
  }

  /** Events can be lost inside the switch when it is overloaded; the list of channels cannot. */
  #scheduleReconcile(connection: EslConnection, inMs = reconcileEvery): void {
    this.#cancelTimer = this.#options.clock.after(inMs, () => {
      this.#channels(connection)
        .then((channels) => this.#emit({ type: 'switch.listed', channels, at: this.#options.clock.now() }))
        .catch((error: unknown) => this.#complain(messageOf(error)))
        .finally(() => {
          if (!connection.closed) this.#scheduleReconcile(connection)
        })
    })
  }

  #forgetRefer(legId: LegId): void {
    this.#api(eslCommands.forgetRefer(legId)).catch((error: unknown) => {
      this.#options.logger.warn({ legId, reason: messageOf(error) }, 'a REFER could not be forgotten')
    })
  }

  #onClosed(connection: EslConnection | undefined, reason: string): void {
    if (connection === undefined || this.#connection !== connection) return
    this.#connection = undefined
    this.#cancelTimer()
    if (this.#closing) return
    this.#complain(reason)
    this.#emit({ type: 'switch.lost', reason, at: this.#options.clock.now() })
    this.#retry()
  }

  #retry(): void {
    if (this.#closing) return
    this.#cancelTimer = this.#options.clock.after(reconnectEvery, () => {
      this.#attempt = new AbortController()
      void this.#connect()
    })
  }

  /** One line per new reason: a switch that is away for an hour does not fill the disk with logs. */
  #complain(reason: string): void {
    if (reason === this.#lastComplaint) return
    this.#lastComplaint = reason
    this.#options.logger.warn({ switch: this.name, reason }, 'switch unavailable, trying again every second')
  }

  #emit(event: SwitchEvent | undefined): void {
    if (!event) return
    this.#recentLegs.note(event)
    this.#moves.note(event)
    // Variables outlive what they say: the leg's next park must be a park again.
    if (event.type === 'leg.referred') this.#forgetRefer(event.legId)
    if (event.type === 'leg.answered' && this.#answersHeld.has(event.legId)) this.#answersHeld.set(event.legId, event)
    else this.#tell(event)
  }

  #tell(event: SwitchEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // A fault in handling one call must not cut the connection all others live on.
        this.#options.logger.error({ err: error, event: event.type }, 'an event of the switch could not be handled')
      }
    }
  }
}

/** For commands whose object may be gone already; a missing connection still throws. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof SwitchRefused)) throw error
}
