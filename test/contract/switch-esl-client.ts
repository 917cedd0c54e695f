import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A frame as it came: its headers, their names as spelt, and its body. */
export interface EslFrame {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type EslEvent = Readonly<Record<string, string>>

/**
 * The smallest client of an event socket that can be asserted on: it sends what it is told, hands out answers in
 * their order, and keeps every event.
 */
export class EslClient {
  readonly events: EslEvent[] = []
  /** Plain events, undecoded. */
  readonly plain: string[] = []
  readonly notices: EslFrame[] = []
  readonly #socket: Socket
  readonly #answers: EslFrame[] = []
  readonly #waiting = new Set<() => void>()
  #buffer: Buffer = Buffer.alloc(0)
  closed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (data: Buffer) => this.#onData(data))
    socket.on('error', () => this.#onClose())
    socket.on('close', () => this.#onClose())
  }

  /** Connects, without logging in. */
  static async open(port: number): Promise<EslClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.setNoDelay(true)
    return new EslClient(socket)
  }

  static async login({ eslPort, eslPassword }: { eslPort: number; eslPassword: string }): Promise<EslClient> {
    const client = await EslClient.open(eslPort)
    await client.answer()
    await client.send(`auth ${eslPassword}`)
    return client
  }

  /** Sends a command and resolves to its Reply-Text. */
  async send(command: string): Promise<string> {
    this.raw(`${command}\n\n`)
    return (await this.answer()).headers['Reply-Text'] ?? ''
  }

  /** Sends these very octets. */
  raw(text: string | Buffer): void {
    this.#socket.write(text)
  }

  /** The next answer nobody took yet. */
  async answer(): Promise<EslFrame> {
    return await this.#until(() => this.#answers.shift(), 'an answer')
  }

  async api(command: string): Promise<string> {
    this.raw(`api ${command}\n\n`)
    return (await this.answer()).body
  }

  /** Runs in the background and resolves to the job's result; BACKGROUND_JOB events must be listened to. */
  async bgapi(command: string): Promise<string> {
    const from = this.events.length
    this.raw(`bgapi ${command}\n\n`)
    const job = (await this.answer()).headers['Job-UUID'] ?? ''
    const event = await this.event('BACKGROUND_JOB', { 'Job-UUID': job }, { from, withinMs: 60_000 })
    return event._body ?? ''
  }

  /** `sendmsg … execute`; resolves to the Reply-Text. */
  async execute(
    uuid: string,
    application: string,
    data = '',
    { eventUuid, lock = false, loops }: { eventUuid?: string; lock?: boolean; loops?: number } = {},
  ): Promise<string> {
    const lines = [
      `sendmsg ${uuid}`,
      'call-command: execute',
      `execute-app-name: ${application}`,
      ...(data === '' ? [] : [`execute-app-arg: ${data}`]),
      ...(eventUuid === undefined ? [] : [`Event-UUID: ${eventUuid}`]),
      ...(lock ? ['event-lock: true'] : []),
      ...(loops === undefined ? [] : [`loops: ${loops}`]),
    ]
    return await this.send(lines.join('\n'))
  }

  /** The first event of that name with these header values, heard already or within the time. */
  async event(
    name: string,
    headers: EslEvent = {},
    { from = 0, withinMs = 20_000 }: { from?: number; withinMs?: number } = {},
  ): Promise<EslEvent> {
    const fits = (event: EslEvent): boolean =>
      event['Event-Name'] === name && Object.entries(headers).every(([header, value]) => event[header] === value)
    return await this.#until(() => this.events.slice(from).find(fits), `${name} ${JSON.stringify(headers)}`, withinMs)
  }

  /** Names of the events about one channel, in the order they came, as far as they are listed in `of`. */
  order(uuid: string, of: readonly string[]): string[] {
    const own = this.events.filter((event) => event['Unique-ID'] === uuid)
    return own.map((event) => event['Event-Name'] ?? '').filter((name) => of.includes(name))
  }

  async untilClosed(withinMs = 20_000): Promise<void> {
    await this.#until(() => (this.closed ? true : undefined), 'the connection to be closed', withinMs)
  }

  close(): void {
    this.#socket.destroy()
  }

  #onClose(): void {
    this.closed = true
    this.#wake()
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look()
  }

  #onData(data: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, data])
    for (let frame = this.#nextFrame(); frame !== undefined; frame = this.#nextFrame()) this.#take(frame)
    this.#wake()
  }

  #nextFrame(): EslFrame | undefined {
    const end = this.#buffer.indexOf('\n\n')
    if (end < 0) return undefined
    const headers = parseHeaders(this.#buffer.toString('utf8', 0, end))
    const next = end + 2 + Number(headers['Content-Length'] ?? 0)
    if (this.#buffer.length < next) return undefined
    const body = this.#buffer.toString('utf8', end + 2, next)
    this.#buffer = this.#buffer.subarray(next)
    return { headers, body }
  }

  #take(frame: EslFrame): void {
    const type = frame.headers['Content-Type']
    if (type === 'text/event-json') this.events.push(JSON.parse(frame.body))
    else if (type === 'text/event-plain') this.plain.push(frame.body)
    else if (type === 'text/disconnect-notice') this.notices.push(frame)
    else this.#answers.push(frame)
  }

  #until<T>(look: () => T | undefined, what: string, withinMs = 20_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const attempt = (): void => {
        const found = look()
        if (found === undefined) return
        clearTimeout(timer)
        this.#waiting.delete(attempt)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(attempt)
        const heard = this.events.slice(-20).map((event) => event['Event-Name'])
        reject(new Error(`No ${what} within ${withinMs} ms; last events: ${heard.join(' ')}`))
      }, withinMs)
      this.#waiting.add(attempt)
      attempt()
    })
  }
}

function parseHeaders(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const colon = line.indexOf(':')
    return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()]]
  })
  return Object.fromEntries(pairs)
}
