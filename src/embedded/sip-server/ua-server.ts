import { type Cancel, newId } from '../../kernel/index.ts'
import { AnswerKeeper } from './answer-keeper.ts'
import type { App, Reply } from './app.ts'
import { appHeaders } from './app-headers.ts'
import { buildResponse } from './build-response.ts'
import { Dialog, routeSet } from './dialog.ts'
import { parseNameAddr, tagOf } from './grammar.ts'
import { ownUri } from './next-hop.ts'
import type { ServerTransaction } from './server-transaction.ts'
import { cseqOf, field, header, headerValues, type SipRequest, type SipResponse } from './sip-message.ts'
import { parseSipUri } from './sip-uri.ts'
import { giveUpAfter } from './timers.ts'
import type { Flow } from './transport.ts'
import type { UaClient } from './ua-client.ts'
import { type UaServices, withContentType } from './ua-services.ts'

/** A response as an application wrote it. */
export interface AppResponse {
  readonly app: App
  readonly messageId: string
  readonly transactionId: string
  readonly status: number
  readonly reason: string
  readonly headerLines: readonly string[]
  readonly body: string
}

/** A request an application has to answer. */
interface Offered {
  readonly id: string
  readonly app: App
  readonly transaction: ServerTransaction
  dialog: Dialog | undefined
  /** Until the first response the server may give up waiting for the application. */
  readonly stopWaiting: Cancel
}

/** Requests for applications and their answers: the user agent server of RFC 3261 section 8.2. */
export class UaServer {
  readonly #services: UaServices
  readonly #client: UaClient
  readonly #answers: AnswerKeeper
  readonly #offered = new Map<string, Offered>()

  constructor({ services, client }: { services: UaServices; client: UaClient }) {
    this.#services = services
    this.#client = client
    this.#answers = new AnswerKeeper(services)
  }

  get count(): number {
    return this.#offered.size + this.#answers.count
  }

  /** A request outside any dialog, for `app`. */
  begin(transaction: ServerTransaction, app: App): void {
    this.#offer({ transaction, app, dialog: undefined })
  }

  inDialog(transaction: ServerTransaction, dialog: Dialog): void {
    const { request } = transaction
    if (!dialog.accepts(request)) {
      transaction.reply({ status: 500, reason: 'CSeq Out Of Order' })
      return
    }
    if (request.method === 'INVITE' || request.method === 'UPDATE') dialog.refresh(request)
    if (request.method === 'BYE' || endsSubscription(request, dialog)) this.#removeDialog(dialog)
    this.#offer({ transaction, app: dialog.app, dialog })
  }

  acknowledged({ ack, flow, dialog }: { ack: SipRequest; flow: Flow; dialog: Dialog }): void {
    const transactionId = this.#answers.acknowledged(dialog, cseqOf(ack).number)
    if (transactionId === undefined) return
    dialog.app.deliver({ message: ack, origin: from(flow), transactionId, dialogId: dialog.id })
  }

  /** The offered request is taken from the applications, to be proxied. */
  take(transactionId: string): ServerTransaction | undefined {
    const offered = this.#offered.get(transactionId)
    if (!offered?.transaction.isOpen || offered.dialog) return undefined
    this.#forget(offered)
    return offered.transaction
  }

  respond(response: AppResponse): void {
    const offered = this.#offered.get(response.transactionId)
    if (!offered?.transaction.isOpen) {
      const reason = 'Response not sent due to unknown transaction'
      response.app.reply({ to: response.messageId, kind: 'refused', reason })
    } else response.app.reply(this.#answer(offered, response))
  }

  appGone(app: App): void {
    for (const offered of [...this.#offered.values()].filter((each) => each.app === app)) this.#abandon(offered)
    for (const dialog of this.#services.dialogs.ofApp(app)) this.#removeDialog(dialog)
  }

  #offer({ transaction, app, dialog }: { transaction: ServerTransaction; app: App; dialog: Dialog | undefined }): void {
    const { clock, timers } = this.#services
    const stopWaiting = clock.after(2 * giveUpAfter(timers), () => this.#abandon(offered))
    const offered: Offered = { id: newId(), app, transaction, dialog, stopWaiting }
    this.#offered.set(offered.id, offered)
    transaction.user = {
      cancelled: (cancel, flow) => this.#cancelled({ offered, cancel, flow }),
      ended: () => this.#forget(offered),
    }
    const { request, flow } = transaction
    const place = dialog ? { dialogId: dialog.id } : { receivedAt: this.#localAddress(flow) }
    app.deliver({ message: request, origin: from(flow), transactionId: offered.id, ...place })
  }

  #localAddress({ transport, local }: Flow) {
    return this.#services.transactions.transport.address(transport) ?? local
  }

  /** The application is gone or asleep; the caller must not wait for it (drachtio-server says nothing here). */
  #abandon(offered: Offered): void {
    if (offered.transaction.isOpen) offered.transaction.reply({ status: 480 })
    if (offered.dialog && offered.transaction.request.method === 'INVITE') this.#dropEarly(offered)
    this.#forget(offered)
  }

  #forget(offered: Offered): void {
    offered.stopWaiting()
    this.#offered.delete(offered.id)
  }

  #cancelled({ offered, cancel, flow }: { offered: Offered; cancel: SipRequest; flow: Flow }): void {
    const { app, id, dialog, transaction } = offered
    transaction.reply({ status: 487 })
    app.deliver({ message: cancel, origin: from(flow), transactionId: id, dialogId: dialog?.id })
    this.#dropEarly(offered)
    this.#forget(offered)
  }

  #answer(offered: Offered, response: AppResponse): Reply {
    const { transaction } = offered
    offered.stopWaiting()
    const message = this.#build(offered, response)
    const { request, flow } = transaction
    const isInitial = tagOf(header(request, 'to')) === undefined
    if (isInitial && makesDialog(request) && message.status > 100 && message.status < 300)
      this.#ensureDialog(offered, message)
    if (message.status >= 300) this.#dropEarly(offered)
    if (message.status === 200 && request.method === 'REGISTER')
      this.#services.flows.registered({ request, response: message, flow })
    if (message.status >= 200) this.#finish(offered, message)
    transaction.send(message)
    const { id: transactionId, dialog } = offered
    const origin = { ...from(flow), source: 'application' as const }
    return { to: response.messageId, kind: 'sent', sent: { message, origin, transactionId, dialogId: dialog?.id } }
  }

  #finish(offered: Offered, message: SipResponse): void {
    const { transaction, dialog, id } = offered
    if (transaction.isInvite && message.status < 300 && dialog) {
      this.#answers.keep({ transaction, dialog, transactionId: id, expired: () => this.#neverAcknowledged(dialog) })
    }
    this.#forget(offered)
  }

  #build(offered: Offered, response: AppResponse): SipResponse {
    const { transaction } = offered
    const { status, reason, body } = response
    const { request, flow } = transaction
    const given = appHeaders(response.headerLines, this.#localAddress(flow))
    const headers = given.filter(({ key }) => !['from', 'to', 'call-id', 'cseq'].includes(key))
    if (makesDialog(request) && status > 100 && status < 300 && !headers.some(({ key }) => key === 'contact')) {
      headers.push(field('Contact', `<${ownUri(this.#services.transactions.transport, flow.transport)}>`))
    }
    const toTag = offered.dialog?.localTag ?? tagOf(given.find(({ key }) => key === 'to')?.value) ?? transaction.tag
    return buildResponse(request, { status, reason, toTag, headers: withContentType(headers, body), body })
  }

  /** A response with a To tag makes the dialog, early until the INVITE is answered (RFC 3261 section 12.1.1). */
  #ensureDialog(offered: Offered, response: SipResponse): void {
    const { transaction, app } = offered
    const { request, flow } = transaction
    if (offered.dialog) return
    const callId = header(request, 'call-id') ?? ''
    const remote = header(request, 'from') ?? ''
    const contact = parseNameAddr(header(request, 'contact') ?? '')
    offered.dialog = new Dialog({
      id: this.#services.dialogs.idFor({ callId, fromTag: tagOf(remote) ?? '' }),
      app,
      callId,
      local: header(response, 'to') ?? '',
      remote,
      localSequence: 0,
      remoteSequence: cseqOf(request).number,
      routes: routeSet(request, 'uas'),
      target: contact?.uri ?? request.uri,
      contact: header(response, 'contact') ?? '',
      behind: contactElsewhere(request, flow) ? { ...flow.remote, transport: flow.transport } : undefined,
      flow,
      isInvite: transaction.isInvite,
    })
    this.#services.dialogs.add(offered.dialog)
  }

  /** An early dialog ends with its INVITE; one that exists already outlives a failed re-INVITE. */
  #dropEarly({ dialog, transaction }: Offered): void {
    if (dialog && tagOf(header(transaction.request, 'to')) === undefined) this.#services.dialogs.remove(dialog)
  }

  #removeDialog(dialog: Dialog): void {
    this.#answers.forget(dialog)
    this.#services.dialogs.remove(dialog)
  }

  /** RFC 3261 section 13.3.1.4: a call whose answer nobody acknowledged is ended. */
  #neverAcknowledged(dialog: Dialog): void {
    if (!this.#services.dialogs.has(dialog)) return
    this.#client.endDialog(dialog, 'ACK timeout')
  }
}

function from(flow: Flow) {
  return { source: 'network' as const, transport: flow.transport, address: flow.remote }
}

function makesDialog(request: SipRequest): boolean {
  return request.method === 'INVITE' || request.method === 'SUBSCRIBE'
}

function endsSubscription(request: SipRequest, dialog: Dialog): boolean {
  return (
    request.method === 'NOTIFY' &&
    !dialog.isInvite &&
    (header(request, 'subscription-state') ?? '').startsWith('terminated')
  )
}

/** Over UDP and with no proxy between us, a Contact other than the sender's address means address translation. */
function contactElsewhere(request: SipRequest, flow: Flow): boolean {
  if (flow.transport !== 'udp' || headerValues(request, 'record-route').length > 0) return false
  const uri = parseSipUri(parseNameAddr(header(request, 'contact') ?? '')?.uri ?? '')
  if (!uri) return false
  return uri.host !== flow.remote.host || (uri.port ?? 5060) !== flow.remote.port
}
