import type { Apps } from './apps.ts'
import type { Dialog } from './dialog.ts'
import type { DialogStore } from './dialog-store.ts'
import { tagOf } from './grammar.ts'
import { withoutOwnRoutes } from './next-hop.ts'
import type { ServerTransaction } from './server-transaction.ts'
import { field, header, headerValues, type SipRequest } from './sip-message.ts'
import type { SipProxy } from './sip-proxy.ts'
import { parseSipUri } from './sip-uri.ts'
import type { TransactionLayer, TransactionUser } from './transaction-layer.ts'
import type { Flow } from './transport.ts'
import type { UaServer } from './ua-server.ts'

/** Methods that may begin something and are offered to applications. */
const offered = ['INVITE', 'REGISTER', 'MESSAGE', 'OPTIONS', 'INFO', 'NOTIFY', 'SUBSCRIBE', 'PUBLISH'] as const
const withinDialogOnly = ['INVITE', 'BYE', 'UPDATE', 'PRACK', 'REFER']
const allowed = [...offered, 'ACK', 'BYE', 'CANCEL', 'UPDATE', 'REFER'].join(', ')

/**
 * Decides what a received request is about: a proxied call passing through, a dialog of an application, or something
 * new for whichever application asked for the method.
 */
export class RequestCore implements TransactionUser {
  readonly #apps: Apps
  readonly #dialogs: DialogStore
  readonly #transactions: TransactionLayer
  readonly #uaServer: UaServer
  readonly #proxy: SipProxy

  constructor(parts: {
    apps: Apps
    dialogs: DialogStore
    transactions: TransactionLayer
    uaServer: UaServer
    proxy: SipProxy
  }) {
    this.#apps = parts.apps
    this.#dialogs = parts.dialogs
    this.#transactions = parts.transactions
    this.#uaServer = parts.uaServer
    this.#proxy = parts.proxy
  }

  request(transaction: ServerTransaction): void {
    const { request } = transaction
    const toTag = tagOf(header(request, 'to'))
    const dialog = this.#dialogs.ofRequest(request)
    const onward = toTag === undefined ? undefined : this.#onward(request, dialog)
    if (onward) this.#proxy.forwardInDialog(transaction, onward)
    else if (dialog) this.#uaServer.inDialog(transaction, dialog)
    else if (toTag !== undefined && withinDialogOnly.includes(request.method)) transaction.reply({ status: 481 })
    else this.#begin(transaction)
  }

  ack(ack: SipRequest, flow: Flow): void {
    const dialog = this.#dialogs.ofRequest(ack)
    const onward = this.#onward(ack, dialog)
    if (onward) this.#proxy.forwardAck(onward)
    else if (dialog) this.#uaServer.acknowledged({ ack, flow, dialog })
  }

  #onward(request: SipRequest, dialog: Dialog | undefined): SipRequest | undefined {
    return this.#passingThrough(request) ?? (dialog ? undefined : this.#proxy.mended(request))
  }

  /** The request without our Route entries when it is for somebody else: we are in the route of a proxied call. */
  #passingThrough(request: SipRequest): SipRequest | undefined {
    const { transport } = this.#transactions
    const { request: onward, wasOurs } = withoutOwnRoutes(request, transport)
    if (!wasOurs) return undefined
    const uri = parseSipUri(onward.uri)
    const endsHere = headerValues(onward, 'route').length === 0 && uri !== undefined && transport.isLocal(uri)
    return endsHere ? undefined : onward
  }

  #begin(transaction: ServerTransaction): void {
    const { request } = transaction
    const { method } = request
    if (method === 'BYE' || method === 'UPDATE' || method === 'PRACK') transaction.reply({ status: 481 })
    else if (!offered.some((each) => each === method)) {
      // drachtio-server stays silent here, which makes the caller repeat the request for half a minute.
      transaction.reply({ status: 405, headers: [field('Allow', allowed)] })
    } else if (isWithoutFromTag(request)) transaction.reply({ status: 400, reason: 'Bad Request (Missing From tag)' })
    else {
      const app = this.#apps.pick(method)
      if (app) this.#uaServer.begin(transaction, app)
      else transaction.reply({ status: 503 })
    }
  }
}

/** Without it no dialog can be made. */
function isWithoutFromTag(request: SipRequest): boolean {
  return (request.method === 'INVITE' || request.method === 'SUBSCRIBE') && tagOf(header(request, 'from')) === undefined
}
