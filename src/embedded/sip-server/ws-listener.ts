import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Logger } from '../../kernel/index.ts'
import { listenAt, remoteOf } from './listening.ts'
import { hostPort } from './sip-uri.ts'
import type { Endpoint, Flow, Listener, Receiver, TlsKeys } from './transport.ts'
import { isOurOrigin } from './ws-origin.ts'

export interface WsOptions extends Endpoint {
  readonly receive: Receiver
  readonly logger: Logger
  /** Further origins pages may come from, e.g. `https://desk.example`; those of this host always may. */
  readonly origins?: readonly string[]
  /** Secures the connections (RFC 7118 section 5.2.1: `WSS` in the Via). */
  readonly tls?: TlsKeys
}

/** A message of SIP is no longer than this; a longer frame closes the connection (1009). */
const longestMessage = 131_072
const longestBacklog = 4_194_304
/** Milliseconds between pings: a browser that went away without a word is noticed after two of them. */
const pingEvery = 10_000
const pong = Buffer.from('\r\n')

/** SIP over WebSocket (RFC 7118): browsers connect, and only they; each message of a connection is one SIP message. */
export async function listenWs(options: WsOptions): Promise<Listener> {
  const { host, port, logger, tls } = options
  const refuseOther: RequestListener = (_request, response) => response.writeHead(426).end()
  const http = tls ? createSecureServer({ ...tls }, refuseOther) : createServer(refuseOther)
  const local = await listenAt(http, { host, port })
  const connections = new WsConnections({ ...options, local })
  http.on('upgrade', (request, socket: Socket, head) => connections.upgrade(request, socket, head))
  http.on('error', (error) => logger.warn({ err: error }, 'SIP: WebSocket listener error'))
  return {
    transport: connections.transport,
    local,
    flowTo: (remote) => connections.to(remote),
    close: () =>
      new Promise((resolve) => {
        connections.close()
        http.close(() => resolve())
      }),
  }
}

class WsConnections {
  readonly #options: WsOptions & { readonly local: Endpoint }
  readonly #open = new Map<string, WsFlow>()
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: longestMessage,
    perMessageDeflate: false,
    handleProtocols: () => 'sip',
  })

  constructor(options: WsOptions & { readonly local: Endpoint }) {
    this.#options = options
  }

  /** RFC 7118 section 4: the subprotocol is `sip`, and a page of somebody else's must not speak in our user's name. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
    if (!protocols.includes('sip')) return refuse(socket, '400 Bad Request')
    if (!isOurOrigin(request.headers, this.#options.origins ?? [])) return refuse(socket, '403 Forbidden')
    const remote = remoteOf(socket)
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#adopt(webSocket, remote))
  }

  get transport(): 'ws' | 'wss' {
    return this.#options.tls ? 'wss' : 'ws'
  }

  /** A server cannot connect to a browser: without a connection of its own there is no way there. */
  to(remote: Endpoint): Flow {
    const { transport } = this
    return this.#open.get(hostPort(remote)) ?? closedFlow({ transport, local: this.#options.local, remote })
  }

  close(): void {
    for (const flow of this.#open.values()) flow.destroy()
    this.#server.close()
  }

  #adopt(webSocket: WebSocket, remote: Endpoint): void {
    const { local, logger, receive } = this.#options
    const flow = new WsFlow({ webSocket, transport: this.transport, local, remote })
    const key = hostPort(remote)
    this.#open.set(key, flow)
    webSocket.on('message', (data: Buffer) => {
      if (/^(?:\r\n)*$/.test(data.toString('latin1', 0, 8))) flow.send(pong)
      else receive(data, flow)
    })
    webSocket.on('error', (error) => logger.debug({ remote: key, err: error }, 'SIP: WebSocket connection failed'))
    webSocket.on('close', () => {
      flow.destroy()
      if (this.#open.get(key) === flow) this.#open.delete(key)
    })
  }
}

function refuse(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** A connection as the rest of the server names it. */
type WayBack = Pick<WsFlow, 'transport' | 'local' | 'remote'>

class WsFlow implements Flow {
  readonly transport: 'ws' | 'wss'
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly #webSocket: WebSocket
  readonly #pings: NodeJS.Timeout
  #answered = true

  constructor({ webSocket, transport, local, remote }: WayBack & { webSocket: WebSocket }) {
    this.#webSocket = webSocket
    this.transport = transport
    this.local = local
    this.remote = remote
    webSocket.on('pong', () => {
      this.#answered = true
    })
    this.#pings = setInterval(() => this.#ping(), pingEvery)
  }

  get isOpen(): boolean {
    const { readyState, bufferedAmount, OPEN } = this.#webSocket
    return readyState === OPEN && bufferedAmount < longestBacklog
  }

  send(data: Buffer, failed?: (error: Error) => void): void {
    if (!this.isOpen) {
      this.destroy()
      failed?.(new Error('Connection closed'))
      return
    }
    // Text where it is text (RFC 7118 section 4): browsers hand binary frames to scripts as something else than a string.
    const text = data.toString('utf8')
    const isText = Buffer.from(text, 'utf8').equals(data)
    this.#webSocket.send(isText ? text : data, (error) => {
      if (error) failed?.(error)
    })
  }

  destroy(): void {
    clearInterval(this.#pings)
    this.#webSocket.terminate()
  }

  #ping(): void {
    if (!this.#answered) return this.destroy()
    this.#answered = false
    this.#webSocket.ping()
  }
}

function closedFlow({ transport, local, remote }: WayBack): Flow {
  return {
    transport,
    local,
    remote,
    isOpen: false,
    send: (_data, failed) => failed?.(new Error('The browser is not connected')),
  }
}
