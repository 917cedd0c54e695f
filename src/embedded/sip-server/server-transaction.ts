import type { Cancel, Clock } from '../../kernel/index.ts'
import { newSecret } from '../../kernel/index.ts'
import { buildResponse, type ResponseParts } from './build-response.ts'
import { Retransmission } from './retransmission.ts'
import { header, type SipRequest, type SipResponse, serialise } from './sip-message.ts'
import { giveUpAfter, type SipTimers } from './timers.ts'
import type { Flow } from './transport.ts'
import type { TransportLayer } from './transport-layer.ts'
import { parseVia, type Via } from './via.ts'

export interface ServerTransactionContext {
  readonly clock: Clock
  readonly timers: SipTimers
  readonly transport: TransportLayer
  ended(transaction: ServerTransaction): void
}

/** Who answers the request: an application's call or a proxied one. */
export interface ServerUser {
  /** A CANCEL arrived before the final response; it has been answered already. */
  cancelled?(cancel: SipRequest, flow: Flow): void
  /** Nobody will answer any more; the transaction is gone. */
  ended?(): void
}

/**
 * A received request and its responses (RFC 3261 section 17.2, RFC 6026).
 *
 * INVITE:  proceeding -3xx..6xx-> completed -ACK-> confirmed -timer I-> terminated
 *          proceeding -2xx-> accepted -timer L-> terminated        completed -timer H-> terminated
 * others:  proceeding -final-> completed -timer J-> terminated
 */
export class ServerTransaction {
  readonly key: string
  readonly request: SipRequest
  readonly flow: Flow
  /** The To tag of every response made here. */
  readonly tag = newSecret(9)
  user: ServerUser = {}
  readonly #context: ServerTransactionContext
  readonly #via: Via
  #state: 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated' = 'proceeding'
  #lastSent: Buffer | undefined
  #retransmission: Retransmission | undefined
  #deadline: Cancel | undefined

  constructor(options: { key: string; request: SipRequest; flow: Flow; via: Via; context: ServerTransactionContext }) {
    this.key = options.key
    this.request = options.request
    this.flow = options.flow
    this.#via = options.via
    this.#context = options.context
  }

  get isInvite(): boolean {
    return this.request.method === 'INVITE'
  }

  /** True until a final response was sent. */
  get isOpen(): boolean {
    return this.#state === 'proceeding'
  }

  get isAccepted(): boolean {
    return this.#state === 'accepted'
  }

  /** Answers with a response made here. */
  reply(parts: ResponseParts): SipResponse {
    const response = buildResponse(this.request, { toTag: this.tag, ...parts })
    this.send(response)
    return response
  }

  /** Sends a response; one that comes too late is dropped, except a further 2xx to an accepted INVITE. */
  send(response: SipResponse): void {
    const further2xx = this.#state === 'accepted' && isSuccess(response.status)
    if (!this.isOpen && !further2xx) return
    this.#lastSent = serialise(response)
    this.#transmit()
    if (response.status >= 200 && !further2xx) this.#finish(response.status)
  }

  /** The same request again: the last response is repeated (timer-driven 2xx retransmission is its user's work). */
  repeated(): void {
    if (this.#lastSent && this.#state !== 'accepted' && this.#state !== 'confirmed') this.#transmit()
  }

  /** The ACK to a 3xx to 6xx response. */
  acknowledged(): void {
    if (this.#state !== 'completed') return
    this.#state = 'confirmed'
    this.#retransmission?.stop()
    this.#endAfter(this.flow.transport === 'udp' ? this.#context.timers.t4 : 0)
  }

  /** Repeats the last response, as a UAS does with its 2xx until the ACK arrives. */
  repeatLast(): void {
    this.#transmit()
  }

  terminate(): void {
    if (this.#state === 'terminated') return
    this.#state = 'terminated'
    this.#retransmission?.stop()
    this.#deadline?.()
    this.#context.ended(this)
    this.user.ended?.()
  }

  #finish(status: number): void {
    const { timers } = this.#context
    this.#state = this.isInvite && isSuccess(status) ? 'accepted' : 'completed'
    if (this.#state === 'completed' && this.isInvite && this.flow.transport === 'udp') this.#startTimerG()
    const lingers = this.isInvite || this.flow.transport === 'udp'
    this.#endAfter(lingers ? giveUpAfter(timers) : 0)
  }

  #startTimerG(): void {
    const { clock, timers } = this.#context
    this.#retransmission = new Retransmission({
      clock,
      firstAfter: timers.t1,
      longest: timers.t2,
      send: () => this.#transmit(),
    })
  }

  #endAfter(ms: number): void {
    this.#deadline?.()
    this.#deadline = this.#context.clock.after(ms, () => this.terminate())
  }

  #transmit(): void {
    if (this.#lastSent) this.#context.transport.respond({ data: this.#lastSent, flow: this.flow, via: this.#via })
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/**
 * What identifies a request's transaction (RFC 3261 section 17.2.3). An ACK and a CANCEL are looked up as the INVITE
 * they belong to. Clients older than RFC 3261 send no unique branch, so more of the request counts.
 */
export function serverKey(request: SipRequest, method: string): string | undefined {
  const value = header(request, 'via')
  const via = value === undefined ? undefined : parseVia(value)
  if (!via) return undefined
  const sentBy = `${via.host}:${via.port ?? 5060}`
  if (via.branch?.startsWith('z9hG4bK')) return [via.branch, sentBy, method].join(' ')
  const number = header(request, 'cseq')?.split(' ')[0]
  const from = header(request, 'from')
  return [header(request, 'call-id'), number, from, request.uri, sentBy, via.branch, method].join(' ')
}
