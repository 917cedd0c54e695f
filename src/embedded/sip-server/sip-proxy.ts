import { destinationOf, nextHop, ownRoute, withoutOwnRoutes } from './next-hop.ts'
import { ProxiedCalls } from './proxied-calls.ts'
import { ProxiedRequest } from './proxied-request.ts'
import type { Onward, ProxyOrder, ProxyServices } from './proxy-order.ts'
import type { ServerTransaction } from './server-transaction.ts'
import { field, type HeaderField, header, headerValues, replaceFirst, type SipRequest } from './sip-message.ts'
import { parseSipUri } from './sip-uri.ts'
import type { Transport } from './transport.ts'

/** Passes requests on: new ones as an application ordered, later ones by their Route (RFC 3261 section 16). */
export class SipProxy {
  readonly #services: ProxyServices
  readonly #active = new Set<ProxiedRequest>()
  readonly #calls = new ProxiedCalls()

  constructor(services: ProxyServices) {
    this.#services = services
  }

  get count(): number {
    return this.#active.size
  }

  /** The reason why nothing was sent, or undefined when it was. */
  start(transaction: ServerTransaction, order: ProxyOrder): string | undefined {
    const { request, flow } = transaction
    if (hopsLeft(request) <= 0) {
      transaction.reply({ status: 483 })
      return 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0'
    }
    const prepare = (target: string) => this.#towards({ request, target, order, from: flow.transport })
    const stays = order.recordRoute && request.method === 'INVITE'
    const proxied = this.#proxied({ transaction, order: stays ? this.#remembering(order) : order, prepare })
    if (proxied.start() > 0) return undefined
    transaction.reply({ status: 500 })
    return `error proxying request to ${order.targets.join(', ')}`
  }

  /** A request for us that should have come with the route set of a call we record-routed. */
  mended(request: SipRequest): SipRequest | undefined {
    const { transport } = this.#services.transactions
    const uri = parseSipUri(request.uri)
    const isForUs = uri !== undefined && transport.isLocal(uri) && headerValues(request, 'route').length === 0
    return isForUs ? this.#calls.mended(request) : undefined
  }

  /** A request of a call we record-routed: needs no application, so it works without one. */
  forwardInDialog(transaction: ServerTransaction, onward: SipRequest): void {
    if (hopsLeft(onward) <= 0) {
      transaction.reply({ status: 483 })
      return
    }
    if (onward.method === 'BYE') this.#calls.ended(onward)
    const prepare = () => this.#alongRoute(onward)
    const proxied = this.#proxied({ transaction, order: inDialogOrder, prepare })
    if (proxied.start() === 0) transaction.reply({ status: 404 })
  }

  /** The ACK to a 2xx passes without a transaction (RFC 3261 section 16.11 applies to it). */
  forwardAck(onward: SipRequest): void {
    const next = hopsLeft(onward) > 0 ? this.#alongRoute(onward) : undefined
    if (next) this.#services.transactions.sendAck(next.request, next.destination)
  }

  #proxied(parts: {
    transaction: ServerTransaction
    order: ProxyOrder
    prepare: (target: string) => Onward | undefined
  }): ProxiedRequest {
    const ended = () => this.#active.delete(proxied)
    const proxied = new ProxiedRequest({ ...this.#services, ...parts, ended })
    this.#active.add(proxied)
    return proxied
  }

  #remembering(order: ProxyOrder): ProxyOrder {
    return {
      ...order,
      finalResponse: (response, flow) => {
        this.#calls.answered(response)
        order.finalResponse(response, flow)
      },
    }
  }

  #alongRoute(onward: SipRequest): Onward | undefined {
    const { transport } = this.#services.transactions
    const destination = destinationOf(nextHop(onward), { transport, flows: this.#services.flows })
    return destination && { request: { ...onward, headers: withFewerHops(onward) }, destination }
  }

  #towards(options: { request: SipRequest; target: string; order: ProxyOrder; from: Transport }): Onward | undefined {
    const { request, target, order, from } = options
    const { transport } = this.#services.transactions
    const destination = destinationOf(target, { transport, flows: this.#services.flows })
    if (!destination) return undefined
    const { request: unrouted } = withoutOwnRoutes(request, transport)
    const asked = parseSipUri(unrouted.uri)
    // A Request-URI that names us becomes the target; another one is kept and the target is where it is sent.
    const uri = asked && transport.isLocal(asked) ? target : unrouted.uri
    const routes = order.recordRoute ? this.#recordRoutes({ request, from, to: destination.transport }) : []
    const headers = [...routes, ...withExtra(withFewerHops(unrouted), order.headers)]
    return { request: { ...unrouted, uri, headers }, destination }
  }

  /**
   * Our entry, and where the transports differ one for each side, the callee's on top (RFC 5658), so that neither
   * side must speak the other's. A registration takes a Path instead (RFC 3327).
   */
  #recordRoutes({ request, from, to }: { request: SipRequest; from: Transport; to: Transport }): HeaderField[] {
    const { transport } = this.#services.transactions
    if (request.method === 'REGISTER') return [field('Path', ownRoute(transport, to)), field('Require', 'path')]
    const sides = from === to ? [to] : [to, from]
    return sides.map((side) => field('Record-Route', ownRoute(transport, side)))
  }
}

const inDialogOrder: ProxyOrder = {
  targets: ['route'],
  recordRoute: false,
  followRedirects: false,
  simultaneous: false,
  provisionalTimeoutMs: undefined,
  finalTimeoutMs: undefined,
  headers: [],
  finalResponse: () => {},
  done: () => {},
}

function hopsLeft(request: SipRequest): number {
  return Number(header(request, 'max-forwards') ?? '70')
}

function withFewerHops(request: SipRequest): HeaderField[] {
  const left = header(request, 'max-forwards') === undefined ? 70 : hopsLeft(request) - 1
  return replaceFirst(request.headers, field('Max-Forwards', String(left)))
}

/** What an application may add or replace on the way: never what identifies the call. */
function withExtra(headers: readonly HeaderField[], extra: readonly HeaderField[]): HeaderField[] {
  const once = new Set(['max-forwards', 'content-type', 'user-agent', 'subject', 'expires', 'organization', 'priority'])
  const untouchable = new Set(['from', 'to', 'call-id', 'cseq'])
  let all = [...headers]
  for (const each of extra) {
    if (once.has(each.key)) all = replaceFirst(all, each)
    else if (!untouchable.has(each.key)) all.push(each)
  }
  return all
}
