import modesl, { type Connection, type ModeslEvent } from 'modesl'
import { type Clock, type Logger, newId } from '../../kernel/index.ts'
import { SwitchRefused, SwitchUnavailable } from '../errors.ts'
import { type EslCommand, type EslExecute, verb } from './esl-commands.ts'
import { FrameGuard } from './frame-guard.ts'

export type EslHeaders = Readonly<Record<string, string>>

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

/** Milliseconds until an unanswered command fails and until a silent switch counts as dead. */
const limits = { connect: 4000, command: 4000, quiet: 1500, dead: 4500 } as const

/** Milliseconds. */
const hurryEvery = 3

interface Pending {
  readonly kind: 'api/response' | 'command/reply'
  readonly settle: (reply: ModeslEvent) => void
  readonly fail: (reason: string) => void
}

/**
 * One event-socket connection. modesl frames and parses; all else is ours: correlation, time limits, liveness, and
 * dropping the connection on any doubt about framing (docs/decisions/0003). A closed connection stays closed.
 */
export class EslConnection {
  readonly #options: EslConnectionOptions
  readonly #modesl: Connection
  readonly #socket: NonNullable<Connection['socket']>
  readonly #pending: Pending[] = []
  readonly #jobs = new Map<string, { settle: (body: string) => void; fail: (reason: string) => void }>()
  #closed = false
  #hurrying: NodeJS.Timeout | undefined
  #lastFrameAt: number
  #guard: FrameGuard | undefined
  #stopWatching: () => void = () => {}

  private constructor(options: EslConnectionOptions, modesl: Connection, socket: NonNullable<Connection['socket']>) {
    this.#options = options
    this.#modesl = modesl
    this.#socket = socket
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
    const result = new Promise<string>((resolve, reject) => {
      const stop = this.#options.clock.after(timeoutMs, () => {
        this.#jobs.delete(jobId)
        reject(new SwitchUnavailable(`no result of "${verb(command)}" within ${timeoutMs} ms`))
      })
      this.#jobs.set(jobId, {
        settle: (body) => {
          stop()
          resolve(body.trim())
        },
        fail: (reason) => {
          stop()
          reject(new SwitchUnavailable(reason))
        },
      })
    })
    // Awaited below; a refusal of the command itself must not leave it unhandled.
    result.catch(() => {})
    try {
      checked(replyText(await this.#send(`bgapi ${command}`, { 'Job-UUID': jobId }, 'command/reply')), command)
    } catch (error) {
      this.#jobs.get(jobId)?.fail('the job was not begun')
      this.#jobs.delete(jobId)
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
    this.#pending.push({ kind: 'command/reply', settle: () => {}, fail: () => {} })
    this.#lastFrameAt = this.#options.clock.now()
    this.#modesl.parser.on('esl::event', (event: ModeslEvent, frame: EslHeaders) => this.#onFrame(event, frame))
    this.#watch()
  }

  #send(line: string, headers: Record<string, string>, kind: Pending['kind']): Promise<ModeslEvent> {
    if (this.#closed) return Promise.reject(new SwitchUnavailable('the event socket is closed'))
    const unsafe = [line, ...Object.values(headers)].find((text) => /[\r\n\0]/.test(text))
    if (unsafe !== undefined) return Promise.reject(new SwitchRefused('a command with a line break was not sent'))
    return new Promise((resolve, reject) => {
      // A reply that never comes would shift all later ones, so the connection goes with it.
      const stop = this.#options.clock.after(limits.command, () =>
        this.#close(`no reply to "${verb(line)}" within ${limits.command} ms`),
      )
      this.#pending.push({
        kind,
        settle: (reply) => {
          stop()
          resolve(reply)
        },
        fail: (reason) => {
          stop()
          reject(new SwitchUnavailable(reason))
        },
      })
      // modesl writes a command in pieces; corked they leave as one packet.
      this.#socket.cork()
      this.#modesl.sendRecv(line, headers)
      this.#socket.uncork()
    })
  }

  #onFrame(event: ModeslEvent, frame: EslHeaders): void {
    // What came in one packet with the end of the connection is parsed still, and concerns nobody.
    if (this.#closed) return
    this.#lastFrameAt = this.#options.clock.now()
    this.#guard?.frameEnded()
    switch (frame['Content-Type']) {
      case 'text/event-json':
        return this.#onEvent(event)
      case 'api/response':
      case 'command/reply':
        return this.#onReply(event, frame['Content-Type'])
      case 'text/disconnect-notice':
        return this.#close('the switch disconnected us')
      case 'auth/request':
      case 'log/data':
        return
      default:
        return this.#close(`a frame of unknown type ${JSON.stringify(frame['Content-Type'] ?? null)}`)
    }
  }

  #onReply(reply: ModeslEvent, kind: Pending['kind']): void {
    const waiting = this.#pending.shift()
    if (waiting?.kind !== kind) {
      waiting?.fail('replies out of step')
      this.#close(`a ${kind} that nobody waits for`)
      return
    }
    waiting.settle(reply)
  }

  #onEvent(event: ModeslEvent): void {
    const headers = Object.fromEntries(event.headers.map(({ name, value }) => [name, String(value)]))
    if (headers['Event-Name'] === 'BACKGROUND_JOB') {
      const jobId = headers['Job-UUID'] ?? ''
      this.#jobs.get(jobId)?.settle(event.body)
      this.#jobs.delete(jobId)
      return
    }
    this.#options.onEvent(headers, event.body)
  }

  #watch(): void {
    this.#stopWatching = this.#options.clock.after(500, () => {
      const silentFor = this.#options.clock.now() - this.#lastFrameAt
      if (silentFor > limits.dead) {
        this.#close(`the switch was silent for ${silentFor} ms`)
        return
      }
      if (silentFor > limits.quiet && this.#pending.length === 0) {
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
    for (const waiting of this.#pending.splice(0)) waiting.fail(reason)
    for (const job of this.#jobs.values()) job.fail(reason)
    this.#jobs.clear()
    this.#options.onClosed(reason)
  }
}

function replyText(reply: ModeslEvent): string {
  return reply.getHeader('Reply-Text') ?? ''
}

function checked(text: string, command: string): string {
  const reply = text.trim()
  if (reply.startsWith('-ERR') || reply.startsWith('-USAGE')) {
    throw new SwitchRefused(`"${verb(command)}" was refused: ${reply}`)
  }
  return reply
}
