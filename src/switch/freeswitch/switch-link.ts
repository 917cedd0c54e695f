import { type Cancel, type Clock, type Logger, messageOf } from '../../kernel/index.ts'
import { SwitchRefused, SwitchUnavailable } from '../errors.ts'
import type { ChannelSnapshot, LegId, SwitchEvent } from '../switch-port.ts'
import { type EslCommand, type EslExecute, eslCommands, verb } from './esl-commands.ts'
import { EslConnection } from './esl-connection.ts'
import { decodeChannels, decodeEvent, subscribedEvents, wantedEvents } from './esl-decode.ts'
import { Fence } from './fence.ts'
import { RecentLegs } from './recent-legs.ts'

export interface SwitchLinkOptions {
  readonly name: string
  readonly host: string
  readonly port: number
  readonly password: string
  /** Grows with every hotline process that ever drove the switch. */
  readonly epoch: () => number
  /** The switch obeys a later epoch: another process drives it now. */
  readonly onFenced: () => void
  readonly onEvent: (event: SwitchEvent) => void
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds: pause between attempts to connect, and between looks at the list of channels. */
const reconnectEvery = 1000
const reconcileEvery = 15_000
/** FreeSWITCH's list lags behind its events, so one look soon after connecting finds who came just before. */
const firstReconcile = 1000

/** One event socket to a switch, kept alive: what it tells, and commands that are performed for our epoch alone. */
export class SwitchLink {
  readonly #options: SwitchLinkOptions
  readonly #recentLegs = new RecentLegs()
  readonly #fence: Fence
  #connection: EslConnection | undefined
  #attempt = new AbortController()
  #closing = false
  #hurried = false
  /** Legs that are dialled and of which nothing was heard yet. */
  readonly #dialled = new Set<LegId>()
  #cancelTimer: Cancel = () => {}
  #lastComplaint = ''

  constructor(options: SwitchLinkOptions) {
    this.#options = options
    this.#fence = new Fence(options)
  }

  get connected(): boolean {
    return this.#connection !== undefined && !this.#connection.closed
  }

  start(): void {
    void this.#connect()
  }

  close(): void {
    this.#closing = true
    this.#cancelTimer()
    this.#attempt.abort()
  }

  hurry(wanted: boolean): void {
    this.#hurried = wanted
    this.#hurryIfWanted()
  }

  /** Hurries until something is heard of the leg, or `dialling` is over: a desk waits for its phone to ring. */
  async hurryFor<T>(legId: LegId, dialling: Promise<T>): Promise<T> {
    this.#dialled.add(legId)
    this.#hurryIfWanted()
    try {
      return await dialling
    } finally {
      this.#heardOf(legId)
    }
  }

  /** The answer to a command; throws SwitchRefused for `-ERR`, SwitchUnavailable without a connection. */
  async api(command: EslCommand): Promise<string> {
    return this.#fence.reply(this.#live().api(this.#fence.around(command)))
  }

  /** The result of a command that is run in the background, whatever it is. */
  async job(command: EslCommand, timeoutMs: number): Promise<string> {
    return this.#fence.reply(this.#live().job(this.#fence.around(command), timeoutMs))
  }

  /** Runs a job whose result is `+OK`; throws SwitchRefused for any other. */
  async jobDone(command: EslCommand, timeoutMs: number): Promise<void> {
    const reply = await this.job(command, timeoutMs)
    if (!reply.startsWith('+OK')) throw new SwitchRefused(`"${verb(command)}" was refused: ${reply.trim()}`)
  }

  /** Has an application run on a leg, which is not fenced: it changes no call. */
  async execute(application: EslExecute, uuid: string): Promise<void> {
    await this.#live().execute(application, uuid)
  }

  #heardOf(legId: LegId): void {
    if (this.#dialled.delete(legId)) this.#hurryIfWanted()
  }

  #hurryIfWanted(): void {
    this.#connection?.hurry(this.#hurried || this.#dialled.size > 0)
  }

  #live(): EslConnection {
    if (!this.#connection || this.#connection.closed) {
      throw new SwitchUnavailable(`switch ${this.#options.name} is not connected`)
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
    await this.#fence.claim(connection)
    await connection.filter(wantedEvents)
    await connection.subscribe(subscribedEvents)
    const channels = await this.#channels(connection)
    this.#connection = connection
    this.#hurryIfWanted()
    const { name, clock, logger } = this.#options
    logger.info({ switch: name, channels: channels.length }, 'switch connected')
    this.#emit({ type: 'switch.connected', channels, at: clock.now() })
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
    const { name, logger } = this.#options
    logger.warn({ switch: name, reason }, 'switch unavailable, trying again every second')
  }

  #emit(event: SwitchEvent | undefined): void {
    if (!event) return
    // The end of a leg is told by its first sign.
    if (event.type === 'leg.ended' && this.#recentLegs.isOver(event.legId)) return
    this.#recentLegs.note(event)
    if ('legId' in event) this.#heardOf(event.legId)
    this.#options.onEvent(event)
  }
}
