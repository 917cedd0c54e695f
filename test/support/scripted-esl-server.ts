import { createServer, type Server, type Socket } from 'node:net'
import { insideFence } from './fence.ts'
import { until } from './until.ts'

/** What a script says to a command: bytes to send, or undefined for what a well-behaved switch would say. */
export type EslScript = (command: string) => string | undefined

/** An event socket that says exactly what the test wants, over real TCP; by default it is a switch without calls. */
export class ScriptedEslServer {
  readonly password = 'scripted'
  /** Every command received, without the final empty line and without the fence, `auth` and `event` included. */
  readonly commands: string[] = []
  /** Those of them that came without a fence, so that the switch performs them for whoever asks. */
  readonly unfenced: string[] = []
  /** Empty lines received between commands. */
  wakes = 0
  /** Replaces the ordinary answers. An empty text is silence. */
  script: EslScript = () => undefined
  /** What is said to a new connection. */
  greeting = 'Content-Type: auth/request\n\n'
  readonly #server: Server
  readonly #clients = new Set<Socket>()
  #port: number
  #current: Socket | undefined

  private constructor(server: Server) {
    this.#server = server
    this.#port = 0
    server.on('connection', (socket) => this.#serve(socket))
  }

  static async start(): Promise<ScriptedEslServer> {
    const server = new ScriptedEslServer(createServer())
    await server.listen()
    return server
  }

  get port(): number {
    return this.#port
  }

  /** Clients connected at the moment. */
  get clients(): number {
    return this.#clients.size
  }

  /** Listens, again on the port it had. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve))
    const address = this.#server.address()
    this.#port = typeof address === 'object' && address ? address.port : 0
  }

  /** Resets all connections and listens no more. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.resetAndDestroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  /** Resets all connections. */
  drop(): void {
    for (const client of this.#clients) client.resetAndDestroy()
  }

  /** Says these bytes on the newest connection. */
  say(bytes: string | Buffer): void {
    this.#current?.write(bytes)
  }

  /** Says the bytes one by one, each in a packet of its own. */
  async spell(bytes: Buffer): Promise<void> {
    for (const byte of bytes) {
      this.say(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Resolves when a command that begins so was received. */
  async heard(beginning: string): Promise<void> {
    await until(() => this.commands.some((command) => command.startsWith(beginning)), `the command ${beginning}`)
  }

  #serve(socket: Socket): void {
    this.#clients.add(socket)
    this.#current = socket
    socket.setNoDelay(true)
    socket.on('close', () => this.#clients.delete(socket))
    // Clients under test go away as they please.
    socket.on('error', () => socket.destroy())
    let pending = ''
    socket.on('data', (data) => {
      pending += data.toString()
      // Line breaks between commands mean nothing: a client in a hurry sends them to be heard (esl-connection.ts).
      const trim = () => {
        const rest = pending.replace(/^\n+/, '')
        this.wakes += pending.length - rest.length
        pending = rest
      }
      trim()
      for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
        const sent = pending.slice(0, end)
        const inside = insideFence(sent)
        const command = inside ?? sent
        pending = pending.slice(end + 2)
        trim()
        this.commands.push(command)
        if (inside === undefined) this.unfenced.push(command)
        socket.write(this.script(command) ?? this.#answer(command))
      }
    })
    socket.write(this.greeting)
  }

  /** What the switch obeys, as `global_setvar` last said. */
  #epoch = ''

  #answer(command: string): string {
    if (command === 'api global_getvar yihao_epoch') return apiResponse(this.#epoch || '-ERR no reply\n')
    if (command.startsWith('api global_setvar yihao_epoch=')) {
      this.#epoch = command.split('=')[1] ?? ''
      return apiResponse('+OK')
    }
    if (command.startsWith('auth ')) {
      return command === `auth ${this.password}` ? reply('+OK accepted') : `${reply('-ERR invalid')}${disconnectNotice}`
    }
    if (command.startsWith('api show channels')) return apiResponse('{"row_count":0}\n')
    if (command.startsWith('api ')) return apiResponse('+OK\n')
    if (command.startsWith('bgapi ')) return reply(`+OK Job-UUID: ${/Job-UUID: (.*)/.exec(command)?.[1]}`)
    return reply('+OK')
  }
}

export function reply(text: string): string {
  return `Content-Type: command/reply\nReply-Text: ${text}\n\n`
}

/** `length` lies about the body when given. */
export function apiResponse(body: string, length: number | string = Buffer.byteLength(body)): string {
  return `Content-Type: api/response\nContent-Length: ${length}\n\n${body}`
}

export function eventFrame(event: object, length?: number | string): string {
  const body = JSON.stringify(event)
  return `Content-Length: ${length ?? Buffer.byteLength(body)}\nContent-Type: text/event-json\n\n${body}`
}

/** The result of a job, as the switch sends it. */
export function jobResult(jobId: string, result: string): string {
  return eventFrame({
    'Event-Name': 'BACKGROUND_JOB',
    'Job-UUID': jobId,
    'Content-Length': String(result.length),
    _body: result,
  })
}

const goodbye = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n'
export const disconnectNotice = `Content-Type: text/disconnect-notice\nContent-Length: ${goodbye.length}\n\n${goodbye}`
