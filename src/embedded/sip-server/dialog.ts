import type { App } from './app.ts'
import { parseNameAddr, tagOf } from './grammar.ts'
import { destinationOf, nextHop } from './next-hop.ts'
import type { RegisteredFlows } from './registered-flows.ts'
import {
  cseqOf,
  field,
  type HeaderField,
  header,
  headerValues,
  type SipMessage,
  type SipRequest,
} from './sip-message.ts'
import { parseSipUri } from './sip-uri.ts'
import type { Destination, Endpoint, Flow } from './transport.ts'
import type { TransportLayer } from './transport-layer.ts'

export interface DialogOptions {
  readonly id: string
  readonly app: App
  readonly callId: string
  /** Whole header values, with their tags. */
  readonly local: string
  readonly remote: string
  readonly localSequence: number
  readonly remoteSequence: number
  readonly routes: readonly string[]
  readonly target: string
  readonly contact: string
  /** Requests go to this address when the peer's Contact is not where it sends from, as behind a NAT. */
  readonly behind: (Endpoint & Pick<Flow, 'transport'>) | undefined
  readonly flow: Flow | undefined
  readonly isInvite: boolean
}

/** One side of a call between this server, acting for an application, and a peer (RFC 3261 section 12). */
export class Dialog {
  readonly id: string
  readonly app: App
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  readonly isInvite: boolean
  contact: string
  /** The ACKs sent, by sequence number, to be repeated for repeated 2xx responses. */
  readonly acks = new Map<number, { bytes: Buffer; destination: Destination }>()
  /** Sequence numbers of answered INVITEs whose ACK the application still owes. */
  readonly owedAcks: number[] = []
  /** The INVITE had been cancelled when the answer came: the call ends right after its ACK. */
  endsAfterAck = false
  readonly #local: string
  readonly #remote: string
  readonly #routes: readonly string[]
  readonly #behind: DialogOptions['behind']
  readonly #flow: Flow | undefined
  #target: string
  #localSequence: number
  #remoteSequence: number

  constructor(options: DialogOptions) {
    this.id = options.id
    this.app = options.app
    this.callId = options.callId
    this.localTag = tagOf(options.local) ?? ''
    this.remoteTag = tagOf(options.remote) ?? ''
    this.isInvite = options.isInvite
    this.contact = options.contact
    this.#local = options.local
    this.#remote = options.remote
    this.#routes = options.routes
    this.#behind = options.behind
    this.#flow = options.flow
    this.#target = options.target
    this.#localSequence = options.localSequence
    this.#remoteSequence = options.remoteSequence
  }

  get target(): string {
    return this.#target
  }

  /** Takes the peer's new Contact from a re-INVITE, an UPDATE or their answers (RFC 3261 section 12.2). */
  refresh(message: SipMessage): void {
    const contact = parseNameAddr(header(message, 'contact') ?? '')
    if (contact && parseSipUri(contact.uri)) this.#target = contact.uri
  }

  /** False when the request is older than one already received (RFC 3261 section 12.2.2). */
  accepts(request: SipRequest): boolean {
    const { number } = cseqOf(request)
    if (number < this.#remoteSequence) return false
    this.#remoteSequence = number
    return true
  }

  /** A request within the dialog; `sequence` is given for an ACK only, which has its INVITE's number. */
  request(options: {
    method: string
    uri?: string
    headers?: readonly HeaderField[]
    body?: string
    sequence?: number
  }): SipRequest {
    const { method, uri = this.#target, headers = [], body = '', sequence = ++this.#localSequence } = options
    const own = [
      ...this.#routes.map((route) => field('Route', route)),
      field('Max-Forwards', '70'),
      field('From', this.#local),
      field('To', this.#remote),
      field('Call-ID', this.callId),
      field('CSeq', `${sequence} ${method}`),
    ]
    return { kind: 'request', method, uri, headers: [...own, ...headers], body }
  }

  destination(request: SipRequest, services: { transport: TransportLayer; flows: RegisteredFlows }) {
    if (this.#behind && this.#routes.length === 0) return { ...this.#behind, flow: this.#flow }
    const found = destinationOf(nextHop(request), services)
    if (!found || found.flow || this.#routes.length > 0 || found.transport === 'udp') return found
    return { ...found, flow: this.#flow }
  }
}

/** The Record-Route of a message as the route set of the side that answers, or reversed for the side that called. */
export function routeSet(message: SipMessage, side: 'uas' | 'uac'): string[] {
  const routes = headerValues(message, 'record-route')
  return side === 'uas' ? routes : routes.reverse()
}
