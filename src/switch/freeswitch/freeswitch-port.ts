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
import { decodeChannels, decodeEvent, subscribedEvents } from './esl-decode.ts'
import { Fence } from './fence.ts'
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
/** Milliseconds in which FreeSWITCH joins two legs by itself after a refused REFER. */
const bridgeWithin = 700
/** How often legs are asked to join, the milliseconds one attempt may take, and those between looks. */
const attempts = 3
const attemptTakes = 1000
const lookAgain = 30
/** Milliseconds after which a leg counts as parked although the switch did not tell. */
const parkTakes = 500
/** Milliseconds a bridge is left alone: FreeSWITCH tells of it before it stands, and hangs up a leg taken out that early. */
const settling = 200
/** FreeSWITCH's list lags behind its events, so one look soon after connecting finds who came just before. */
const firstReconcile = 1000

/** FreeSWITCH behind the switch port: keeps one event-socket connection alive and speaks the centre's words. */
export class FreeSwitchPort implements SwitchPort {
  readonly name: string
  readonly #options: FreeSwitchPortOptions
  readonly #listeners = new Set<(event: SwitchEvent) => void>()
  readonly #recentLegs = new RecentLegs()
  readonly #fence: Fence
  /** When each leg was joined with another, or taken out of a bridge by us, last. */
  readonly #movedAt = new Map<LegId, number>()
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

  async bridge(legId: LegId, otherLegId: LegId): Promise<void> {
    // "+OK" says only that it will be tried. A leg that comes out of another bridge in this moment is parked by that
    // bridge's end, and has to be asked again.
    await this.#settled(legId, otherLegId)
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const joined = this.#joined([legId, otherLegId], attemptTakes)
      await this.#api(eslCommands.bridge(legId, otherLegId))
      if (await joined) return
    }
    throw new SwitchRefused(`${legId} and ${otherLegId} were not joined`)
  }

  async park(legId: LegId): Promise<void> {
    await this.#settled(legId)
    const parked = this.#parked(legId)
    await this.#api(eslCommands.park(legId))
    await parked
    // The end of the bridge it was in may still park it once more.
    this.#movedAt.set(legId, this.#options.clock.now())
  }

  async refuseRefer(referredLegId: LegId, otherLegId: LegId, sipStatus: number): Promise<void> {
    await this.#settled(referredLegId, otherLegId)
    await this.#api(eslCommands.referStatus(referredLegId, sipStatus))
    const joined = this.#joined([referredLegId], bridgeWithin)
    await this.#live().execute(eslCommands.refuseRefer(referredLegId), newId())
    // FreeSWITCH brings them together itself when the REFER was still open, and does nothing when it was not.
    if (!(await joined)) await this.bridge(referredLegId, otherLegId)
  }

  async conference(legId: LegId, name: string): Promise<void> {
    await this.#settled(legId)
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      await this.#api(eslCommands.conference(legId, name))
      if (await this.#isMember(legId, name)) return
    }
    throw new SwitchRefused(`${legId} did not come into conference ${name}`)
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

  /** Waits until the bridges the legs are in have stood, or their ends are over, for a moment. */
  async #settled(...legs: LegId[]): Promise<void> {
    const { clock } = this.#options
    const latest = Math.max(...legs.map((leg) => this.#movedAt.get(leg) ?? Number.NEGATIVE_INFINITY))
    const left = latest + settling - clock.now()
    if (left > 0) await new Promise<void>((resolve) => clock.after(left, resolve))
  }

  /** Looks whether the leg is in the conference, for as long as that may take. */
  async #isMember(legId: LegId, name: string): Promise<boolean> {
    const { clock } = this.#options
    for (const end = clock.now() + attemptTakes; clock.now() < end; ) {
      const members = await this.#api(eslCommands.conferenceMembers(name)).catch(noConference)
      if (members.includes(legId)) return true
      await new Promise<void>((resolve) => clock.after(lookAgain, resolve))
    }
    return false
  }

  /** Whether the legs are bridged in time. A connection that breaks says nothing against it. */
  #joined(legs: readonly LegId[], withinMs: number): Promise<boolean> {
    return this.#seen(withinMs, (event) => {
      if (event.type === 'switch.lost') return true
      if (event.type === 'leg.ended' && legs.includes(event.legId)) return false
      if (event.type !== 'leg.bridged') return undefined
      return legs.every((leg) => leg === event.legId || leg === event.otherLegId) || undefined
    })
  }

  /** Whether the leg is parked, or gone, in time. */
  #parked(legId: LegId): Promise<boolean> {
    return this.#seen(parkTakes, (event) => {
      if (event.type === 'switch.lost') return true
      if (event.type === 'leg.offered') return event.leg.legId === legId || undefined
      return ((event.type === 'leg.parked' || event.type === 'leg.ended') && event.legId === legId) || undefined
    })
  }

  /** Resolves with the first answer that an event gives, and with false when none does in time. */
  #seen(withinMs: number, answerOf: (event: SwitchEvent) => boolean | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (answer: boolean) => {
        cancel()
        this.#listeners.delete(listen)
        resolve(answer)
      }
      const listen = (event: SwitchEvent) => {
        const answer = answerOf(event)
        if (answer !== undefined) done(answer)
      }
      const cancel = this.#options.clock.after(withinMs, () => done(false))
      this.#listeners.add(listen)
    })
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
    this.#movedAt.clear()
    await this.#fence.claim(connection)
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
    if (event.type === 'leg.bridged')
      for (const leg of [event.legId, event.otherLegId]) this.#movedAt.set(leg, event.at)
    if (event.type === 'leg.ended') this.#movedAt.delete(event.legId)
    // Variables outlive what they say: the leg's next park must be a park again.
    if (event.type === 'leg.referred') {
      this.#forgetRefer(event.legId)
      this.#movedAt.set(event.legId, event.at)
    }
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

/** There is none before its first member. */
function noConference(error: unknown): string {
  if (error instanceof SwitchRefused) return ''
  throw error
}

/** For commands whose object may be gone already; a missing connection still throws. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof SwitchRefused)) throw error
}
