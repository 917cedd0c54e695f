import { lookup } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type Logger, messageOf } from '../../kernel/index.ts'
import { listenTcp } from './tcp-listener.ts'
import {
  type Destination,
  type Endpoint,
  type Flow,
  isWebSocket,
  type Listener,
  type Receiver,
  type TlsKeys,
  type Transport,
} from './transport.ts'
import { listenUdp } from './udp-listener.ts'
import type { Via } from './via.ts'
import { listenWs } from './ws-listener.ts'

export interface SipListen extends Endpoint {
  readonly transport: Transport
  /** WebSocket only: further origins pages may come from. */
  readonly origins?: readonly string[]
  /** Secured WebSocket only, which is not without. */
  readonly tls?: TlsKeys
}

const listenOn = { udp: listenUdp, tcp: listenTcp, ws: listenWs, wss: listenWs }

/** All sockets of the server: who we are, and how bytes get to a place. */
export class TransportLayer {
  readonly #logger: Logger
  readonly #listeners: readonly Listener[]

  private constructor({ listeners, logger }: { listeners: readonly Listener[]; logger: Logger }) {
    this.#listeners = listeners
    this.#logger = logger
  }

  static async open(options: {
    sip: readonly SipListen[]
    receive: Receiver
    logger: Logger
  }): Promise<TransportLayer> {
    return new TransportLayer({ listeners: await openAll(options), logger: options.logger })
  }

  get listeners(): readonly Listener[] {
    return this.#listeners
  }

  /** Our address as others are told it; `undefined` when we do not speak that transport. */
  address(transport: Transport): Endpoint | undefined {
    const local = this.#listeners.find((listener) => listener.transport === transport)?.local
    return local && { host: advertised(local.host), port: local.port }
  }

  /**
   * The transport for a URI: the one it asks for, else UDP, else what there is. Browsers write "ws" also when their connection
   * is secured (RFC 7118 section 5.2.2 knows no other).
   */
  choose(asked: Transport | undefined): Transport | undefined {
    if (asked === 'ws' && !this.address('ws')) return this.choose('wss')
    if (asked) return this.address(asked) ? asked : undefined
    return this.address('udp') ? 'udp' : this.#listeners[0]?.transport
  }

  isLocal({ host, port }: { host: string; port: number | undefined }): boolean {
    const wanted = host === 'localhost' ? '127.0.0.1' : host
    return this.#listeners.some(({ local }) => local.port === (port ?? 5060) && answersTo(local.host, wanted))
  }

  send(data: Buffer, to: Destination, failed: (error: Error) => void): void {
    if (to.flow?.isOpen) to.flow.send(data, failed)
    else if (isIP(to.host) || isWebSocket(to.transport)) this.#sendTo(data, to, failed)
    else {
      lookup(to.host, { family: this.#family() }).then(
        ({ address }) => this.#sendTo(data, { ...to, host: address }, failed),
        (error: unknown) => failed(new Error(`${to.host} cannot be resolved: ${messageOf(error)}`)),
      )
    }
  }

  /** RFC 3261 section 18.2.2: back the way the request came, or to the Via's address when that connection is gone. */
  respond({ data, flow, via }: { data: Buffer; flow: Flow; via: Via }): void {
    const failed = (error: Error) => this.#logger.debug({ err: error }, 'SIP: response could not be sent')
    if (flow.isOpen) flow.send(data, failed)
    else this.send(data, { transport: flow.transport, host: via.host, port: via.port ?? 5060 }, failed)
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()))
  }

  #family(): 4 | 6 {
    return this.#listeners.some(({ local }) => !isIPv6(local.host)) ? 4 : 6
  }

  #sendTo(data: Buffer, to: Destination, failed: (error: Error) => void): void {
    const fits = (listener: Listener) =>
      listener.transport === to.transport &&
      (isWebSocket(to.transport) || isIPv6(listener.local.host) === isIPv6(to.host))
    const listener = this.#listeners.find(fits)
    if (listener) listener.flowTo({ host: to.host, port: to.port }).send(data, failed)
    else failed(new Error(`No ${to.transport} transport towards ${to.host}`))
  }
}

/** Port 0 means any; UDP and TCP then share one number, as they do on a fixed port. */
async function openAll(options: { sip: readonly SipListen[]; receive: Receiver; logger: Logger }): Promise<Listener[]> {
  const { sip, receive, logger } = options
  for (let attempt = 1; ; attempt++) {
    const opened: Listener[] = []
    try {
      for (const { transport, host, port, origins = [], tls } of sip) {
        opened.push(
          await listenOn[transport]({
            host,
            port: port || sharedPort(opened, { transport, host }),
            receive,
            logger,
            origins,
            ...(tls && { tls }),
          }),
        )
      }
      return opened
    } catch (error) {
      await Promise.all(opened.map((listener) => listener.close()))
      if (attempt >= 20 || sip.every(({ port }) => port !== 0)) throw error
    }
  }
}

function sharedPort(opened: readonly Listener[], { transport, host }: { transport: Transport; host: string }): number {
  if (isWebSocket(transport)) return 0
  return opened.find(({ local, transport: other }) => local.host === host && !isWebSocket(other))?.local.port ?? 0
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function advertised(host: string): string {
  return isWildcard(host) ? (ownAddresses().find(({ internal }) => !internal)?.address ?? '127.0.0.1') : host
}

function answersTo(bound: string, host: string): boolean {
  return bound === host || (isWildcard(bound) && ownAddresses().some(({ address }) => address === host))
}

function ownAddresses(): { address: string; internal: boolean }[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === 'IPv4')
}
