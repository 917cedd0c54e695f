import modesl, { type Connection, type ModeslEvent } from 'modesl'
import { type Clock, type Logger, newId } from '../../kernel/index.ts'
import { SwitchRefused, SwitchUnavailable } from '../errors.ts'
import { type EslCommand, type EslExecute, verb } from './esl-commands.ts'
import { EslJobs } from './esl-jobs.ts'
import { FrameGuard } from './frame-guard.ts'
import { type EslHeaders, takeJsonEvents } from './json-events.ts'
import { checked, type ReplyKind, ReplyQueue, replyText } from './reply-queue.ts'

export interface EslConnectionOptions {
  readonly host: string
  readonly port: number
  readonly password: string
  readonly clock: Clock
  readonly logger: Logger
  /** Closes the connection in whatever stage it is. */
  readonly signal?: AbortSignal
  /** Called for every event, in the order the switch sent them. It must not throw. */
  readonly onEvent: (headers: EslHeaders, body: string) => void
  /** Called once, when the connection is no longer usable. */
  readonly onClosed: (reason: string) => void
}

/** Milliseconds until a connection is given up, a silent switch is asked for a sign of life, and counts as dead. */
const limits = { connect: 4000, quiet: 1500, dead: 4500 } as const

/** Milliseconds. */
const hurryEvery = 3

/**
 * One event-socket connection. modesl frames and reads headers; all else is ours: correlation, time limits, liveness, and
 * dropping the connection on any doubt about framing (docs/decisions/0003). A closed connection stays closed.
 */
export class EslConnection {
  readonly #options: EslConnectionOptions
  readonly #modesl: Connection
  readonly #socket: NonNullable<Connection['socket']>
  readonly #replies: ReplyQueue
  readonly #jobs: EslJobs
  #closed = false
  #hurrying: NodeJS.Timeout | undefined
  #lastFrameAt: number
  #guard: FrameGuard | undefined
  #stopWatching: () => void = () => {}

  private constructor(options: EslConnectionOptions, modesl: Connection, socket: NonNullable<Connection['socket']>) {
    this.#options = options
    this.#modesl = modesl
    this.#socket = socket
    this.#replies = new ReplyQueue(options)
    this.#jobs = new EslJobs(options.clock)
    this.#lastFrameAt = options.clock.now()
  }

  /** Connects and authenticates; rejects with {@link SwitchUnavailable} saying why not. */
  static open(options: EslConnectionOptions): Promise<EslConnection> {
    return new Promise((resolve, reject) => {
      const where = `${options.host}:${options.port}`
      const connected = new modesl.Connection(options.host, options.port, options.password)
      const socket = connected.socket
      if (!socket) {
        reject(new SwitchUnavailable(`no socket for ${where}`))
        return
      }
      const connection = new EslConnection(options, connected, socket)
      let settled = false
      const fail = (reason: string) => {
        if (!settled) {
          settled = true
          stop()
          reject(new SwitchUnavailable(`event socket ${where}: ${reason}`))
        }
        connection.#close(reason)
      }
      options.signal?.addEventListener('abort', () => fail('closed by us'), { once: true })
      const stop = options.clock.after(limits.connect, () => fail('no answer to the connection in time'))
      // modesl's own listeners came first, so its parser is attached when ours runs.
      socket.once('connect', () => {
        connection.#guard = new FrameGuard({ socket, parser: connected.parser }, fail)
      })
      socket.setNoDelay(true)
      socket.setKeepAlive(true, 5000)
      socket.on('error', (error) => fail(error.message))
      socket.on('close', () => fail('connection closed by the switch'))
      connected.on('error', (error: Error) => fail(error.message))
      connected.on('esl::event::auth::fail', () => fail('the password is wrong: check SWITCH_ESL_PASSWORD'))
      connected.once('esl::ready', () => {
        if (settled) return
        settled = true
        stop()
        connection.#begin()
        resolve(connection)
      })
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Runs an API command in the switch's reader thread: for commands that do not block. Resolves with the reply. */
  api(command: EslCommand): Promise<string> {
    return this.#send(`api ${command}`, {}, 'api/response').then((reply) => checked(reply.body, command))
  }

  /** Runs an API command in a thread of the switch. Resolves with its result however long that takes. */
  async job(command: EslCommand, timeoutMs: number): Promise<string> {
    const jobId = newId()
    const result = this.#jobs.result(jobId, { what: verb(command), withinMs: timeoutMs })
    // Awaited below; a refusal of the command itself must not leave it unhandled.
    result.catch(() => {})
    try {
      checked(replyText(await this.#send(`bgapi ${command}`, { 'Job-UUID': jobId }, 'command/reply')), command)
    } catch (error) {
      this.#jobs.fail(jobId, 'the job was not begun')
      throw error
    }
    return result
  }

  /** Queues an application on a channel; its CHANNEL_EXECUTE_COMPLETE will carry the id. */
  async execute({ legId, application, argument }: EslExecute, executionId: string): Promise<void> {
    const headers = {
      'call-command': 'execute',
      'execute-app-name': application,
      'execute-app-arg': argument,
      'Event-UUID': executionId,
    }
    const reply = await this.#send(`sendmsg ${legId}`, headers, 'command/reply')
    checked(replyText(reply), `sendmsg execute ${application}`)
  }

  async subscribe(events: readonly string[]): Promise<void> {
    checked(replyText(await this.#send(`event json ${events.join(' ')}`, {}, 'command/reply')), 'event json')
  }

  /** Of the events subscribed to, only those with one of these headers at one of its values come; asked for in one go. */
  async filter(wanted: Readonly<Record<string, readonly string[]>>): Promise<void> {
    const filters = Object.entries(wanted).flatMap(([header, values]) =>
      values.map((value) => `filter ${header} ${value}`),
    )
    const replies = await Promise.all(filters.map((line) => this.#send(line, {}, 'command/reply')))
    for (const reply of replies) checked(replyText(reply), 'filter')
  }

  /**
   * FreeSWITCH hands out events on a poll of 20 ms that only input wakes (mod_event_socket's listener loop); an empty
   * line is input that means nothing. Measured: agent's BYE to next INVITE 30 ms without, 20 ms with.
   */
  hurry(wanted: boolean): void {
    if (wanted === (this.#hurrying !== undefined) || this.#closed) return
    clearInterval(this.#hurrying)
    this.#hurrying = wanted ? setInterval(() => this.#socket.write('\n'), hurryEvery) : undefined
  }

  close(): void {
    this.#close('closed by us')
  }

  #begin(): void {
    // modesl subscribed by itself just before it said ready; that reply is still to come and is nobody's.
    this.#replies.passOver('command/reply')
    this.#lastFrameAt = this.#options.clock.now()
    takeJsonEvents(this.#modesl.parser, (headers) => this.#onEvent(headers))
    this.#modesl.parser.on('esl::event', (event: ModeslEvent, frame: EslHeaders) => this.#onFrame(event, frame))
    this.#watch()
  }

  #send(line: string, headers: Record<string, string>, kind: ReplyKind): Promise<ModeslEvent> {
    if (this.#closed) return Promise.reject(new SwitchUnavailable('the event socket is closed'))
    const unsafe = [line, ...Object.values(headers)].find((text) => /[\r\n\0]/.test(text))
    if (unsafe !== undefined) return Promise.reject(new SwitchRefused('a command with a line break was not sent'))
    // A reply that never comes would shift all later ones, so the connection goes with it.
    const reply = this.#replies.next(kind, (withinMs) =>
      this.#close(`no reply to "${verb(line)}" within ${withinMs} ms`),
    )
    // modesl writes a command in pieces; corked they leave as one packet.
    this.#socket.cork()
    this.#modesl.sendRecv(line, headers)
    this.#socket.uncork()
    return reply
  }

  /** What came in one packet with the end of the connection is parsed still, and concerns nobody. */
  #frameEnded(): boolean {
    if (this.#closed) return false
    this.#lastFrameAt = this.#options.clock.now()
    this.#guard?.frameEnded()
    return true
  }

  #onFrame(event: ModeslEvent, frame: EslHeaders): void {
    if (!this.#frameEnded()) return
    switch (frame['Content-Type']) {
      case 'api/response':
      case 'command/reply':
        if (!this.#replies.settle(event, frame['Content-Type']))
          this.#close(`a ${frame['Content-Type']} that nobody waits for`)
        return
      case 'text/disconnect-notice':
        return this.#close('the switch disconnected us')
      case 'auth/request':
      case 'log/data':
        return
      default:
        return this.#close(`a frame of unknown type ${JSON.stringify(frame['Content-Type'] ?? null)}`)
    }
  }

  #onEvent(headers: EslHeaders): void {
    if (!this.#frameEnded()) return
    const body = headers['_body'] ?? ''
    if (headers['Event-Name'] === 'BACKGROUND_JOB') this.#jobs.settle(headers['Job-UUID'] ?? '', body)
    else this.#options.onEvent(headers, body)
  }

  #watch(): void {
    this.#stopWatching = this.#options.clock.after(500, () => {
      const silentFor = this.#options.clock.now() - this.#lastFrameAt
      if (silentFor > limits.dead) {
        this.#close(`the switch was silent for ${silentFor} ms`)
        return
      }
      if (silentFor > limits.quiet && this.#replies.isEmpty) {
        this.#send('api hostname', {}, 'api/response').catch((error: unknown) => {
          this.#options.logger.debug({ error }, 'the switch did not answer a sign-of-life question')
        })
      }
      this.#watch()
    })
  }

  #close(reason: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopWatching()
    clearInterval(this.#hurrying)
    this.#socket.destroy()
    this.#replies.failAll(reason)
    this.#jobs.failAll(reason)
    this.#options.onClosed(reason)
  }
}
