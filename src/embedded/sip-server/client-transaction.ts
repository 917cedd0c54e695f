import type { Cancel, Clock } from '../../kernel/index.ts'
import { buildResponse } from './build-response.ts'
import { Retransmission } from './retransmission.ts'
import { cseqOf, field, type HeaderField, header, type SipRequest, type SipResponse, serialise } from './sip-message.ts'
import { giveUpAfter, type SipTimers } from './timers.ts'
import type { Destination, Flow } from './transport.ts'
import type { TransportLayer } from './transport-layer.ts'

export interface ClientTransactionContext {
  readonly clock: Clock
  readonly timers: SipTimers
  readonly transport: TransportLayer
  ended(transaction: ClientTransaction): void
  /** Sends a request of its own transaction: the CANCEL, with the branch of what it cancels. */
  sendCancel(cancel: SipRequest, destination: Destination): void
}

export interface ClientUser {
  /**
   * A response, in order; a 2xx to an INVITE also each time it is repeated. `flow` is absent when the response was
   * made here: 408 when nobody answered, 503 when the request could not be sent (RFC 3261 section 8.1.3.1).
   */
  responded(response: SipResponse, flow: Flow | undefined): void
}

/**
 * A sent request and its responses (RFC 3261 section 17.1, RFC 6026).
 *
 * INVITE:  calling -1xx-> proceeding -3xx..6xx-> completed -timer D-> terminated
 *          calling, proceeding -2xx-> accepted -timer M-> terminated
 * others:  calling -1xx-> proceeding -final-> completed -timer K-> terminated
 */
export class ClientTransaction {
  readonly key: string
  readonly request: SipRequest
  readonly destination: Destination
  readonly #user: ClientUser
  readonly #context: ClientTransactionContext
  readonly #bytes: Buffer
  #state: 'calling' | 'proceeding' | 'accepted' | 'completed' | 'terminated' = 'calling'
  #retransmission: Retransmission | undefined
  #deadline: Cancel | undefined
  #ack: Buffer | undefined
  #cancelRequest: SipRequest | undefined
  #cancelSent = false

  constructor(options: {
    key: string
    request: SipRequest
    destination: Destination
    user: ClientUser
    context: ClientTransactionContext
  }) {
    this.key = options.key
    this.request = options.request
    this.destination = options.destination
    this.#user = options.user
    this.#context = options.context
    this.#bytes = serialise(options.request)
  }

  get isInvite(): boolean {
    return this.request.method === 'INVITE'
  }

  /** True until a final response came or was made. */
  get isOpen(): boolean {
    return this.#state === 'calling' || this.#state === 'proceeding'
  }

  get isCancelled(): boolean {
    return this.#cancelRequest !== undefined
  }

  start(): void {
    const { clock, timers } = this.#context
    this.#deadline = clock.after(giveUpAfter(timers), () => this.#answerMyself(408))
    if (this.destination.transport === 'udp') {
      const longest = this.isInvite ? Number.POSITIVE_INFINITY : timers.t2
      const send = () => this.#transmit(this.#bytes)
      this.#retransmission = new Retransmission({ clock, firstAfter: timers.t1, longest, send })
    }
    this.#transmit(this.#bytes)
  }

  receive(response: SipResponse, flow: Flow): void {
    if (response.status < 200) this.#provisional(response, flow)
    else if (this.isInvite && response.status < 300) this.#success(response, flow)
    else this.#final(response, flow)
  }

  /**
   * Cancels an INVITE that has no final response yet; returns the CANCEL. Before any response it could overtake its
   * INVITE, so it waits for one (RFC 3261 section 9.1).
   */
  cancel(headers: readonly HeaderField[] = []): SipRequest | undefined {
    if (!this.isInvite || !this.isOpen) return undefined
    this.#cancelRequest ??= cancellation(this.request, headers)
    if (this.#state === 'proceeding') this.#sendCancel()
    return this.#cancelRequest
  }

  terminate(): void {
    if (this.#state === 'terminated') return
    this.#state = 'terminated'
    this.#retransmission?.stop()
    this.#deadline?.()
    this.#context.ended(this)
  }

  #provisional(response: SipResponse, flow: Flow): void {
    if (!this.isOpen) return
    if (this.isInvite && this.#state === 'calling') {
      // From here on a ringing INVITE has no deadline of its own: timer C and the caller's patience rule.
      this.#retransmission?.stop()
      this.#deadline?.()
    } else if (!this.isInvite) this.#retransmission?.slowDown()
    this.#state = 'proceeding'
    this.#sendCancel()
    this.#user.responded(response, flow)
  }

  #success(response: SipResponse, flow: Flow): void {
    if (this.isOpen) this.#finish('accepted', giveUpAfter(this.#context.timers))
    if (this.#state === 'accepted') this.#user.responded(response, flow)
  }

  #final(response: SipResponse, flow: Flow): void {
    if (this.#state === 'completed' && this.#ack) this.#transmit(this.#ack)
    if (!this.isOpen) return
    const { timers } = this.#context
    const lingers = this.destination.transport === 'udp'
    if (this.isInvite) {
      this.#ack = serialise(acknowledgement(this.request, response))
      this.#transmit(this.#ack)
    }
    this.#finish('completed', lingers ? (this.isInvite ? timers.d : timers.t4) : 0)
    this.#user.responded(response, flow)
  }

  #finish(state: 'accepted' | 'completed', endsAfter: number): void {
    this.#state = state
    this.#retransmission?.stop()
    this.#deadline?.()
    this.#deadline = this.#context.clock.after(endsAfter, () => this.terminate())
  }

  #sendCancel(): void {
    if (!this.#cancelRequest || this.#cancelSent) return
    const { clock, timers } = this.#context
    this.#cancelSent = true
    this.#context.sendCancel(this.#cancelRequest, this.destination)
    this.#deadline?.()
    this.#deadline = clock.after(giveUpAfter(timers), () => this.#answerMyself(408))
  }

  #transmit(data: Buffer): void {
    this.#context.transport.send(data, this.destination, () => this.#answerMyself(503))
  }

  #answerMyself(status: number): void {
    if (!this.isOpen) return
    this.terminate()
    this.#user.responded(buildResponse(this.request, { status }), undefined)
  }
}

/** The ACK of a 3xx to 6xx belongs to the INVITE's transaction and has its branch (RFC 3261 section 17.1.1.3). */
function acknowledgement(invite: SipRequest, response: SipResponse): SipRequest {
  const to = header(response, 'to') ?? header(invite, 'to') ?? ''
  return sameTransaction({ invite, method: 'ACK', to })
}

function cancellation(invite: SipRequest, headers: readonly HeaderField[]): SipRequest {
  const cancel = sameTransaction({ invite, method: 'CANCEL', to: header(invite, 'to') ?? '' })
  return { ...cancel, headers: [...cancel.headers, ...headers] }
}

function sameTransaction({ invite, method, to }: { invite: SipRequest; method: string; to: string }): SipRequest {
  const headers = [
    field('Via', header(invite, 'via') ?? ''),
    ...invite.headers.filter(({ key }) => key === 'route'),
    field('Max-Forwards', '70'),
    field('From', header(invite, 'from') ?? ''),
    field('To', to),
    field('Call-ID', header(invite, 'call-id') ?? ''),
    field('CSeq', `${cseqOf(invite).number} ${method}`),
  ]
  return { kind: 'request', method, uri: invite.uri, headers, body: '' }
}

/** What identifies the transaction a response belongs to (RFC 3261 section 17.1.3). */
export function clientKey(message: { branch: string; method: string }): string {
  return `${message.branch} ${message.method}`
}
