/** What every part of the server knows of a transport; UDP, TCP and WebSocket (RFC 7118), plain and secured, implement it. */
export type Transport = 'udp' | 'tcp' | 'ws' | 'wss'

/** Browsers are reached by the connection they made, whatever name they go by (RFC 7118 section 5). */
export function isWebSocket(transport: Transport): transport is 'ws' | 'wss' {
  return transport === 'ws' || transport === 'wss'
}

/** What a server of TLS shows and knows, both in PEM. */
export interface TlsKeys {
  readonly cert: string
  readonly key: string
}

export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Where a message came from, and the way back there. */
export interface Flow {
  readonly transport: Transport
  readonly local: Endpoint
  readonly remote: Endpoint
  /** Throws nothing; a failure is told to `failed`. */
  send(data: Buffer, failed?: (error: Error) => void): void
  readonly isOpen: boolean
}

export interface Destination extends Endpoint {
  readonly transport: Transport
  /** A connection to be used as long as it is open. */
  readonly flow?: Flow | undefined
}

/** Bytes of one message, whole but unparsed. */
export type Receiver = (bytes: Buffer, flow: Flow) => void

export interface Listener {
  readonly transport: Transport
  readonly local: Endpoint
  /** The way to that place, over an open connection when there is one. */
  flowTo(remote: Endpoint): Flow
  close(): Promise<void>
}
