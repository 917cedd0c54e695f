import type { Cancel, Clock } from '../../kernel/index.ts'
import type { ClientTransaction } from './client-transaction.ts'
import type { Onward, ProxyOrder } from './proxy-order.ts'
import type { SipResponse } from './sip-message.ts'
import type { SipTimers } from './timers.ts'
import type { TransactionLayer } from './transaction-layer.ts'
import type { Flow } from './transport.ts'

export interface ProxyBranchOptions {
  readonly onward: Onward
  readonly order: ProxyOrder
  readonly clock: Clock
  readonly timers: SipTimers
  readonly transactions: TransactionLayer
  /** Every response but a 100; `flow` is absent for one the server made itself. */
  responded(response: SipResponse, flow: Flow | undefined): void
  /** The target took too long and was cancelled. */
  expired(): void
}

/** One target of a proxied request. */
export class ProxyBranch {
  readonly #options: ProxyBranchOptions
  readonly #client: ClientTransaction
  #final: SipResponse | undefined
  #hasExpired = false
  #silence: Cancel | undefined
  #patience: Cancel | undefined
  #timerC: Cancel | undefined

  constructor(options: ProxyBranchOptions) {
    this.#options = options
    this.#client = options.transactions.prepare({
      ...options.onward,
      user: { responded: (response, flow) => this.#responded(response, flow) },
    })
  }

  /** The refusal this branch ended with. A target that never answered has none; one that cannot be reached a 503. */
  get final(): SipResponse | undefined {
    return this.#final
  }

  get isPending(): boolean {
    return !this.#hasExpired && this.#client.isOpen
  }

  start(): void {
    const { order, clock } = this.#options
    if (order.provisionalTimeoutMs) this.#silence = clock.after(order.provisionalTimeoutMs, () => this.#expire())
    if (order.finalTimeoutMs) this.#patience = clock.after(order.finalTimeoutMs, () => this.#expire())
    this.#restartTimerC()
    this.#client.start()
  }

  cancel(): void {
    this.#client.cancel()
  }

  stop(): void {
    this.#silence?.()
    this.#patience?.()
    this.#timerC?.()
  }

  #responded(response: SipResponse, flow: Flow | undefined): void {
    this.#silence?.()
    if (response.status === 100) return
    if (response.status < 200) this.#restartTimerC()
    else this.stop()
    if (this.#hasExpired && (response.status < 200 || response.status >= 300)) return
    if (response.status >= 300 && (flow || response.status === 503)) this.#final = response
    this.#options.responded(response, flow)
  }

  /** RFC 3261 section 16.6, step 11: a call that rings for too long is cancelled. */
  #restartTimerC(): void {
    const { clock, timers } = this.#options
    this.#timerC?.()
    if (this.#client.isInvite) this.#timerC = clock.after(timers.c, () => this.#expire())
  }

  #expire(): void {
    this.stop()
    if (!this.isPending) return
    this.#hasExpired = true
    if (this.#client.isInvite) this.#client.cancel()
    else this.#client.terminate()
    this.#options.expired()
  }
}
