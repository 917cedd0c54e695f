import { bestOf } from './best-response.ts'
import { parseNameAddr, splitOutside, tagOf } from './grammar.ts'
import { ProxyBranch } from './proxy-branch.ts'
import type { Onward, ProxyOrder, ProxyServices } from './proxy-order.ts'
import type { ServerTransaction } from './server-transaction.ts'
import { header, headerValues, type SipResponse, withoutFirst } from './sip-message.ts'
import type { Flow } from './transport.ts'

export interface ProxiedRequestOptions extends ProxyServices {
  readonly transaction: ServerTransaction
  readonly order: ProxyOrder
  /** The request for a target; undefined when it cannot be reached at all. */
  prepare(target: string): Onward | undefined
  ended(): void
}

/** More than this many contacts of redirections are not followed. */
const mostTargets = 20

/** One request on its way to one or several targets: the response context of RFC 3261 section 16.7. */
export class ProxiedRequest {
  readonly #options: ProxiedRequestOptions
  readonly #waiting: string[]
  readonly #tried = new Set<string>()
  readonly #branches: ProxyBranch[] = []
  #searching = true
  #isDone = false

  constructor(options: ProxiedRequestOptions) {
    this.#options = options
    this.#waiting = [...options.order.targets]
  }

  /** Sends to the first target, or to all of them; returns to how many. */
  start(): number {
    this.#options.transaction.user = { cancelled: () => this.#cancelled(), ended: () => this.#abandon() }
    const started = this.#tryNext()
    if (started === 0) this.#options.ended()
    return started
  }

  #tryNext(): number {
    let started = 0
    while (this.#searching && this.#waiting.length > 0) {
      const target = this.#waiting.shift() ?? ''
      this.#tried.add(target)
      const onward = this.#options.prepare(target)
      if (!onward) continue
      started++
      this.#launch(onward)
      if (!this.#options.order.simultaneous) break
    }
    return started
  }

  #launch(onward: Onward): void {
    const { order, clock, timers, transactions } = this.#options
    const branch = new ProxyBranch({
      onward,
      order,
      clock,
      timers,
      transactions,
      responded: (response, flow) => this.#responded(branch, response, flow),
      expired: () => this.#settle(),
    })
    this.#branches.push(branch)
    branch.start()
  }

  #responded(branch: ProxyBranch, response: SipResponse, flow: Flow | undefined): void {
    if (flow && response.status >= 200) this.#options.order.finalResponse(response, flow)
    if (response.status < 200) this.#options.transaction.send(upstream(response))
    else if (response.status < 300) this.#succeeded(branch, response)
    else this.#failed(response)
  }

  #succeeded(branch: ProxyBranch, response: SipResponse): void {
    const { transaction } = this.#options
    this.#searching = false
    transaction.send(upstream(response))
    for (const each of this.#branches) if (each !== branch) each.cancel()
    this.#finish()
  }

  #failed(response: SipResponse): void {
    if (this.#isDone) return
    const { order } = this.#options
    if (response.status < 400 && order.followRedirects) this.#follow(response)
    // A refusal by everyone for the callee, or a challenge the caller has to answer, ends the search.
    if (response.status >= 600) this.#stopSearching({ cancel: true })
    if (response.status === 401 || response.status === 407) this.#stopSearching({ cancel: false })
    this.#settle()
  }

  /** A branch will bring nothing more that matters: try the next, or answer when there is none. */
  #settle(): void {
    if (this.#isDone) return
    this.#tryNext()
    if (this.#branches.every(({ isPending }) => !isPending)) this.#answer()
  }

  #follow(response: SipResponse): void {
    const contacts = headerValues(response, 'contact').flatMap((value) => splitOutside(value, ','))
    for (const uri of contacts.flatMap((contact) => parseNameAddr(contact)?.uri ?? [])) {
      if (!this.#tried.has(uri) && this.#tried.size + this.#waiting.length < mostTargets) this.#waiting.push(uri)
    }
  }

  #answer(): void {
    const { transaction } = this.#options
    const best = bestOf(this.#branches.flatMap(({ final }) => final ?? []))
    const isFromTarget = best && tagOf(header(best, 'to')) !== undefined
    if (isFromTarget) transaction.send(upstream(best))
    else transaction.reply({ status: best?.status ?? 408 })
    this.#finish()
  }

  #stopSearching({ cancel }: { cancel: boolean }): void {
    this.#searching = false
    this.#waiting.length = 0
    if (cancel) for (const branch of this.#branches) branch.cancel()
  }

  /** The caller hung up: each target is cancelled at once, and their 487 becomes the answer. */
  #cancelled(): void {
    this.#stopSearching({ cancel: true })
  }

  #finish(): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#options.order.done()
    this.#options.ended()
  }

  /** The server is closing; the transaction ended under us. */
  #abandon(): void {
    this.#stopSearching({ cancel: false })
    for (const branch of this.#branches) branch.stop()
    this.#finish()
  }
}

/** The response without our own Via (RFC 3261 section 16.7, step 3). */
function upstream(response: SipResponse): SipResponse {
  return { ...response, headers: withoutFirst(response.headers, 'via') }
}
