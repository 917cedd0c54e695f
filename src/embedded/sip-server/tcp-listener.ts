import { connect, createServer, type Socket } from 'node:net'
import type { Logger } from '../../kernel/index.ts'
import { listenAt, remoteOf } from './listening.ts'
import { hostPort } from './sip-uri.ts'
import { StreamFramer } from './stream-framer.ts'
import type { Endpoint, Flow, Listener, Receiver } from './transport.ts'

export interface TcpOptions extends Endpoint {
  readonly receive: Receiver
  readonly logger: Logger
}

const connectWithinMs = 10_000
/** A peer that does not read is cut off before its backlog hurts the others. */
const longestBacklog = 4_194_304

/** Accepts connections and makes them; one to a place is used for everything sent there. */
export async function listenTcp({ host, port, receive, logger }: TcpOptions): Promise<Listener> {
  const server = createServer()
  const local = await listenAt(server, { host, port })
  const connections = new Connections({ local, receive, logger })
  server.on('error', (error) => logger.warn({ err: error }, 'SIP: TCP listener error'))
  server.on('connection', (socket) => connections.adopt(socket))
  return {
    transport: 'tcp',
    local,
    flowTo: (remote) => connections.to(remote),
    close: () =>
      new Promise((resolve) => {
        connections.close()
        server.close(() => resolve())
      }),
  }
}

class Connections {
  readonly #local: Endpoint
  readonly #receive: Receiver
  readonly #logger: Logger
  readonly #open = new Map<string, TcpFlow>()

  constructor({ local, receive, logger }: { local: Endpoint; receive: Receiver; logger: Logger }) {
    this.#local = local
    this.#receive = receive
    this.#logger = logger
  }

  adopt(socket: Socket): void {
    this.#start(socket, remoteOf(socket))
  }

  to(remote: Endpoint): Flow {
    const open = this.#open.get(hostPort(remote))
    if (open?.isOpen) return open
    const socket = connect({ host: remote.host, port: remote.port })
    const giveUp = setTimeout(() => socket.destroy(new Error('Connection attempt timed out')), connectWithinMs)
    socket.once('connect', () => clearTimeout(giveUp)).once('close', () => clearTimeout(giveUp))
    return this.#start(socket, remote)
  }

  close(): void {
    for (const flow of this.#open.values()) flow.destroy()
  }

  #start(socket: Socket, remote: Endpoint): TcpFlow {
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 30_000)
    const flow = new TcpFlow({ socket, local: this.#local, remote })
    const key = hostPort(remote)
    this.#open.set(key, flow)
    const framer = new StreamFramer()
    socket.on('data', (chunk) => this.#take({ chunk, framer, flow }))
    socket.on('error', (error) => this.#logger.debug({ remote: key, err: error }, 'SIP: TCP connection failed'))
    socket.on('close', () => {
      if (this.#open.get(key) === flow) this.#open.delete(key)
    })
    return flow
  }

  #take({ chunk, framer, flow }: { chunk: Buffer; framer: StreamFramer; flow: TcpFlow }): void {
    const messages = framer.push(chunk)
    if (!messages) {
      this.#logger.info({ remote: hostPort(flow.remote) }, 'SIP: unframeable TCP stream, connection closed')
      flow.destroy()
      return
    }
    if (framer.takePings() > 0) flow.send(Buffer.from('\r\n'))
    for (const bytes of messages) this.#receive(bytes, flow)
  }
}

class TcpFlow implements Flow {
  readonly transport = 'tcp'
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly #socket: Socket

  constructor({ socket, local, remote }: { socket: Socket; local: Endpoint; remote: Endpoint }) {
    this.#socket = socket
    this.local = local
    this.remote = remote
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writableLength < longestBacklog
  }

  send(data: Buffer, failed?: (error: Error) => void): void {
    if (!this.isOpen) {
      this.#socket.destroy()
      failed?.(new Error('Connection closed'))
      return
    }
    this.#socket.write(data, (error) => {
      if (error) failed?.(error)
    })
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
