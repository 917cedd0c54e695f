import { randomBytes } from 'node:crypto'
import { type Clock, type Logger, messageOf } from '../../kernel/index.ts'
import { buildResponse } from './build-response.ts'
import { ClientTransaction, type ClientUser, clientKey } from './client-transaction.ts'
import { parseMessage } from './parse-message.ts'
import { ServerTransaction, serverKey } from './server-transaction.ts'
import { cseqOf, field, header, replaceFirst, type SipRequest, type SipResponse, serialise } from './sip-message.ts'
import { hostPort } from './sip-uri.ts'
import type { SipTimers } from './timers.ts'
import type { Destination, Flow } from './transport.ts'
import { type SipListen, TransportLayer } from './transport-layer.ts'
import { magicCookie, parseVia, stampVia } from './via.ts'

/** What stands above the transactions: decides what a request is about. */
export interface TransactionUser {
  request(transaction: ServerTransaction): void
  /** An ACK that belongs to a 2xx. */
  ack(ack: SipRequest, flow: Flow): void
}

export interface TransactionLayerOptions {
  readonly clock: Clock
  readonly timers: SipTimers
  readonly logger: Logger
}

/** More requests at once than this are a flood; further ones are told to come back later. */
const mostRequestsAtOnce = 20_000

/** Matches messages to transactions, both ways (RFC 3261 section 17). */
export class TransactionLayer {
  readonly #options: TransactionLayerOptions
  readonly #servers = new Map<string, ServerTransaction>()
  readonly #clients = new Map<string, ClientTransaction>()
  #transport: TransportLayer | undefined
  #user: TransactionUser | undefined

  constructor(options: TransactionLayerOptions) {
    this.#options = options
  }

  async open({ sip, user }: { sip: readonly SipListen[]; user: TransactionUser }): Promise<void> {
    this.#user = user
    const receive = (bytes: Buffer, flow: Flow) => this.#receive(bytes, flow)
    this.#transport = await TransportLayer.open({ sip, receive, logger: this.#options.logger })
  }

  get transport(): TransportLayer {
    if (!this.#transport) throw new Error('The SIP transport is used before it is open')
    return this.#transport
  }

  get count(): number {
    return this.#servers.size + this.#clients.size
  }

  /** A transaction for the request, with our Via on top of those it has; nothing is sent until it is started. */
  prepare(options: { request: SipRequest; destination: Destination; user: ClientUser }): ClientTransaction {
    const branch = newBranch()
    const request = this.#withVia({ ...options, branch })
    return this.#prepareClient({ ...options, request, branch })
  }

  /** Sends an ACK to a 2xx, which has no transaction; returns its bytes for repetition. */
  sendAck(ack: SipRequest, destination: Destination): Buffer {
    const bytes = serialise(this.#withVia({ request: ack, destination, branch: newBranch() }))
    this.repeatAck(bytes, destination)
    return bytes
  }

  repeatAck(bytes: Buffer, destination: Destination): void {
    this.transport.send(bytes, destination, (error) => this.#options.logger.info({ err: error }, 'SIP: ACK not sent'))
  }

  async close(): Promise<void> {
    for (const transaction of [...this.#servers.values(), ...this.#clients.values()]) transaction.terminate()
    await this.#transport?.close()
  }

  #withVia({ request, destination, branch }: { request: SipRequest; destination: Destination; branch: string }) {
    const own = this.transport.address(destination.transport) ?? { host: 'invalid.invalid', port: 5060 }
    const via = `SIP/2.0/${destination.transport.toUpperCase()} ${hostPort(own)};rport;branch=${branch}`
    return { ...request, headers: [field('Via', via), ...request.headers] }
  }

  #prepareClient(options: { request: SipRequest; destination: Destination; user: ClientUser; branch: string }) {
    const { request, branch } = options
    const key = clientKey({ branch, method: request.method })
    const { clock, timers } = this.#options
    const context = {
      clock,
      timers,
      transport: this.transport,
      ended: () => this.#clients.delete(key),
      sendCancel: (cancel: SipRequest, destination: Destination) => {
        this.#prepareClient({ request: cancel, destination, branch, user: { responded: () => {} } }).start()
      },
    }
    const transaction = new ClientTransaction({ ...options, key, context })
    this.#clients.set(key, transaction)
    return transaction
  }

  /** One bad message must never stop the rest, whatever is wrong with it or with us. */
  #receive(bytes: Buffer, flow: Flow): void {
    try {
      this.#take(bytes, flow)
    } catch (error) {
      this.#options.logger.error({ err: error, remote: flow.remote }, `SIP: message dropped: ${messageOf(error)}`)
    }
  }

  #take(bytes: Buffer, flow: Flow): void {
    if (bytes.length <= 4) return
    const parsed = parseMessage(bytes)
    if (parsed.kind === 'noise') return
    if (parsed.kind === 'malformed') {
      this.#options.logger.info({ remote: flow.remote, reason: parsed.reason }, 'SIP: malformed message')
      if (parsed.request) this.#refuse({ request: stamped(parsed.request, flow), flow, reason: parsed.reason })
    } else if (parsed.message.kind === 'response') this.#takeResponse(parsed.message, flow)
    else this.#takeRequest(stamped(parsed.message, flow), flow)
  }

  #refuse({ request, flow, reason }: { request: SipRequest; flow: Flow; reason: string }): void {
    const via = parseVia(header(request, 'via') ?? '')
    if (!via) return
    const response = buildResponse(request, { status: 400, reason: `Bad Request (${reason})`, toTag: newBranch() })
    this.transport.respond({ data: serialise(response), flow, via })
  }

  #takeResponse(response: SipResponse, flow: Flow): void {
    const via = parseVia(header(response, 'via') ?? '')
    const { method } = cseqOf(response)
    // A response of no transaction is dropped, even by a proxy (RFC 6026 section 7.3).
    if (via?.branch) this.#clients.get(clientKey({ branch: via.branch, method }))?.receive(response, flow)
  }

  #takeRequest(request: SipRequest, flow: Flow): void {
    if (request.method === 'ACK') {
      this.#takeAck(request, flow)
      return
    }
    const key = serverKey(request, request.method)
    const via = parseVia(header(request, 'via') ?? '')
    if (key === undefined || !via) return
    const known = this.#servers.get(key)
    if (known) known.repeated()
    else this.#begin(new ServerTransaction({ key, request, flow, via, context: this.#serverContext() }))
  }

  #serverContext() {
    const { clock, timers } = this.#options
    const ended = (transaction: ServerTransaction) => this.#servers.delete(transaction.key)
    return { clock, timers, transport: this.transport, ended }
  }

  #begin(transaction: ServerTransaction): void {
    this.#servers.set(transaction.key, transaction)
    if (this.#servers.size > mostRequestsAtOnce) {
      transaction.reply({ status: 503, headers: [field('Retry-After', '10')] })
    } else if (transaction.request.method === 'CANCEL') this.#takeCancel(transaction)
    else {
      if (transaction.isInvite) transaction.reply({ status: 100 })
      this.#user?.request(transaction)
    }
  }

  #takeAck(ack: SipRequest, flow: Flow): void {
    const key = serverKey(ack, 'INVITE')
    const invite = key === undefined ? undefined : this.#servers.get(key)
    // Some phones keep the INVITE's branch for the ACK to a 2xx, which is not ours to swallow.
    if (invite && !invite.isAccepted) invite.acknowledged()
    else this.#user?.ack(ack, flow)
  }

  /** A CANCEL that comes after the final response is answered and has no effect (RFC 3261 section 9.2). */
  #takeCancel(cancel: ServerTransaction): void {
    const key = serverKey(cancel.request, 'INVITE')
    const invite = key === undefined ? undefined : this.#servers.get(key)
    if (!invite) {
      cancel.reply({ status: 481 })
      return
    }
    cancel.reply({ status: 200, toTag: invite.tag })
    if (invite.isOpen) invite.user.cancelled?.(cancel.request, cancel.flow)
  }
}

function newBranch(): string {
  return magicCookie + randomBytes(10).toString('hex')
}

function stamped(request: SipRequest, flow: Flow): SipRequest {
  const via = stampVia(header(request, 'via') ?? '', flow.remote)
  return { ...request, headers: replaceFirst(request.headers, { key: 'via', name: 'Via', value: via }) }
}
