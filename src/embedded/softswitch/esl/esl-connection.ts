import { timingSafeEqual } from 'node:crypto'
import type { Socket } from 'node:net'
import { type Logger, messageOf, newId } from '../../../kernel/index.ts'
import type { EventBus } from '../core/event-bus.ts'
import type { SwitchCore } from '../core/switch-core.ts'
import type { Header, SwitchEvent } from '../core/switch-event.ts'
import { type EslCommand, EslFramer } from './esl-framer.ts'
import { apiFrame, eventFrame, replyFrame } from './esl-serialise.ts'
import { EventSelection } from './event-selection.ts'
import type { EslFaults } from './faults.ts'
import { SimpleCommands } from './simple-commands.ts'

/** What runs an api command: its text answer. */
type RunApi = (command: string, argument: string, asker: unknown) => Promise<string>

export interface EslConnectionOptions {
  socket: Socket
  core: SwitchCore
  bus: EventBus
  password: string
  runApi: RunApi
  faults: EslFaults
  logger: Logger
}

/** Octets a client may leave unread before it is cut off; FreeSWITCH gives up after 100,000 queued events. */
const backlogAtMost = 64 * 1024 * 1024
const loginWithinMs = 25_000

/**
 * One client of the event socket. Commands are answered one after the other; events that happen while an `api` runs
 * follow its answer, as FreeSWITCH's single thread a connection has it.
 */
export class EslConnection {
  readonly #options: EslConnectionOptions
  readonly #framer = new EslFramer()
  readonly #selection = new EventSelection()
  readonly #simple: SimpleCommands
  readonly #commands: EslCommand[] = []
  readonly #held: SwitchEvent[] = []
  readonly #unsubscribe: () => void
  readonly #loginTimer: NodeJS.Timeout
  #authenticated = false
  #busy = false
  #inApi = false
  #closing = false

  constructor(options: EslConnectionOptions) {
    this.#options = options
    const { socket, bus, core } = options
    this.#simple = new SimpleCommands({ core, selection: this.#selection })
    socket.setNoDelay(true)
    socket.on('data', (data) => this.#onData(data))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#onClose())
    this.#unsubscribe = bus.subscribe((event) => this.#onEvent(event))
    this.#loginTimer = setTimeout(() => this.#loginTimeout(), loginWithinMs)
    this.#write('Content-Type: auth/request\n\n')
  }

  /** Breaks the connection without a word, as a crash or a cut cable does. */
  drop(): void {
    this.#options.socket.resetAndDestroy()
  }

  /** Says goodbye and closes. */
  close(): void {
    if (this.#closing) return
    this.#closing = true
    const text = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n'
    this.#write(`Content-Type: text/disconnect-notice\nContent-Length: ${text.length}\n\n${text}`)
    this.#options.socket.end()
  }

  #onClose(): void {
    this.#closing = true
    clearTimeout(this.#loginTimer)
    this.#unsubscribe()
  }

  #loginTimeout(): void {
    if (!this.#authenticated) this.close()
  }

  #onData(data: Buffer): void {
    if (this.#closing) return
    try {
      this.#commands.push(...this.#framer.push(data))
    } catch (failure) {
      this.#options.logger.warn({ reason: messageOf(failure) }, 'Event socket client closed')
      this.close()
      return
    }
    void this.#work()
  }

  async #work(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let command = this.#commands.shift(); command !== undefined; command = this.#commands.shift()) {
      if (this.#closing) break
      await this.#perform(command)
    }
    this.#busy = false
  }

  async #perform(command: EslCommand): Promise<void> {
    const [word = ''] = command.line.toLowerCase().split(/[ \t]/)
    if (word.startsWith('exit') || word.startsWith('...')) {
      this.#reply('+OK bye')
      this.close()
    } else if (!this.#authenticated) this.#login(command.line)
    else if (command.line.slice(0, 4).toLowerCase() === 'api ') await this.#api(command.line.slice(4))
    else if (command.line.slice(0, 6).toLowerCase() === 'bgapi ') this.#bgapi(command)
    else this.#reply(this.#simple.perform(word, command))
  }

  #login(line: string): void {
    const given = line.slice(0, 5).toLowerCase() === 'auth ' ? line.slice(5) : undefined
    if (given === undefined) {
      this.#reply('-ERR command not found')
      return
    }
    this.#authenticated = sameText(given, this.#options.password)
    this.#reply(this.#authenticated ? '+OK accepted' : '-ERR invalid')
    if (!this.#authenticated) this.close()
  }

  async #api(text: string): Promise<void> {
    this.#inApi = true
    const answer = await this.#run(text)
    this.#inApi = false
    this.#write(apiFrame(answer))
    for (const event of this.#held.splice(0)) this.#send(event)
  }

  async #run(text: string): Promise<string> {
    const space = text.indexOf(' ')
    const [command, argument] = space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space + 1)]
    return await this.#options.runApi(command, argument, this)
  }

  #bgapi({ line, headers }: EslCommand): void {
    const text = line.slice(6)
    const job = headers.get('job-uuid') || newId()
    this.#reply(`+OK Job-UUID: ${job}`, [['Job-UUID', job]])
    void this.#run(text).then((answer) => {
      const [command = '', ...argument] = text.split(' ')
      const about: Header[] = [
        ['Job-UUID', job],
        ['Job-Command', command],
        ...(argument.length === 0 ? [] : [['Job-Command-Arg', argument.join(' ')] as const]),
      ]
      this.#options.bus.publish({ name: 'BACKGROUND_JOB', headers: about, body: answer })
    })
  }

  #onEvent(event: SwitchEvent): void {
    if (!this.#authenticated || this.#closing || !this.#selection.wants(event)) return
    if (this.#inApi) this.#held.push(event)
    else this.#send(event)
  }

  #send(event: SwitchEvent): void {
    const frame = eventFrame(event, this.#selection.format)
    const delay = this.#options.faults.slowEventsMs
    if (delay > 0) setTimeout(() => this.#write(frame), delay)
    else this.#write(frame)
  }

  #reply(text: string, headers: readonly Header[] = []): void {
    this.#write(replyFrame(text, headers))
  }

  #write(text: string): void {
    const { socket, logger } = this.#options
    if (!socket.writable) return
    socket.write(text)
    if (socket.writableLength <= backlogAtMost) return
    logger.warn('Event socket client reads too slowly: cut off')
    socket.destroy()
  }
}

/** Compares without telling by the time it takes how much was right. */
function sameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
