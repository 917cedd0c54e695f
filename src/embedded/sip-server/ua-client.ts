import { newId } from '../../kernel/index.ts'
import type { App, Origin, Sent } from './app.ts'
import { type AppRequest, freeHeaders, initialRequest, RequestRefused } from './app-request.ts'
import { clientDialog } from './client-dialog.ts'
import type { ClientTransaction } from './client-transaction.ts'
import type { Dialog } from './dialog.ts'
import { tagOf } from './grammar.ts'
import { destinationOf, ownUri } from './next-hop.ts'
import { cseqOf, field, type HeaderField, header, type SipRequest, type SipResponse, without } from './sip-message.ts'
import { parseSipUri } from './sip-uri.ts'
import type { Destination, Flow, Transport } from './transport.ts'
import type { UaServices } from './ua-services.ts'

/** A sent request that has no final response yet. */
interface Outgoing {
  readonly id: string
  readonly app: App
  readonly client: ClientTransaction
  readonly dialogId: string | undefined
  dialog: Dialog | undefined
}

/** Requests of applications and the responses to them: the user agent client of RFC 3261 section 8.1. */
export class UaClient {
  readonly #services: UaServices
  readonly #outgoing = new Map<string, Outgoing>()

  constructor(services: UaServices) {
    this.#services = services
  }

  get count(): number {
    return this.#outgoing.size
  }

  /** Sends a request that begins something; `proxyUri` is the next hop when it is not the Request-URI's. */
  begin(asked: AppRequest, proxyUri: string): void {
    const { transport } = this.#services.transactions
    const uri = parseSipUri(asked.uri)
    if (!uri && (!/^tel:/i.test(asked.uri) || proxyUri === '')) {
      throw new RequestRefused(`invalid request-uri: ${asked.method} ${asked.uri}`)
    }
    if (uri && transport.isLocal(uri)) throw new RequestRefused('can not send request to myself')
    const destination = destinationOf(proxyUri === '' ? asked.uri : proxyUri, { ...this.#services, transport })
    if (!destination) throw new RequestRefused('requested protocol/transport not available')
    const contact = `<${ownUri(transport, destination.transport)}>`
    const request = initialRequest(asked, { own: this.#own(destination.transport), contact })
    const callId = header(request, 'call-id') ?? ''
    const fromTag = tagOf(header(request, 'from')) ?? ''
    const formsDialog = request.method === 'INVITE' || request.method === 'SUBSCRIBE'
    const dialogId = formsDialog ? this.#services.dialogs.idFor({ callId, fromTag }) : undefined
    if (dialogId !== undefined) this.#services.dialogs.reserve(dialogId)
    this.#send({ asked, request, destination, dialog: undefined, dialogId })
  }

  within(asked: AppRequest, dialog: Dialog): void {
    if (asked.method === 'ACK') {
      this.#acknowledge(asked, dialog)
      return
    }
    if (asked.method === 'BYE') this.#cancelOwnInvite(dialog)
    const { body } = asked
    const headers = freeHeaders(asked, this.#own(dialogTransport(dialog)))
    if (['INVITE', 'SUBSCRIBE', 'REFER'].includes(asked.method) && !headers.some(({ key }) => key === 'contact')) {
      headers.push(field('Contact', dialog.contact))
    }
    const uri = asked.uri.includes('placeholder') ? dialog.target : asked.uri
    const request = dialog.request({ method: asked.method, uri, headers, body })
    const destination = this.#destination(dialog, request)
    this.#send({ asked, request, destination, dialog, dialogId: dialog.id })
  }

  cancel(asked: AppRequest, transactionId: string): void {
    const outgoing = this.#outgoing.get(transactionId)
    const cancel = outgoing?.client.cancel(without(freeHeaders(asked, undefined), 'contact'))
    if (!outgoing || !cancel) throw new RequestRefused(`unable to cancel unknown transaction id: ${transactionId}`)
    const sent = {
      message: cancel,
      origin: this.#origin(outgoing.client.destination.transport),
      transactionId: newId(),
    }
    asked.app.reply({ to: asked.messageId, kind: 'sent', sent })
  }

  /** Ends a call on the server's own account and tells its application. */
  endDialog(dialog: Dialog, why: string): void {
    const reason = field('Reason', `SIP ;cause=200 ;text="${why}"`)
    const request = dialog.request({ method: 'BYE', headers: [reason] })
    const destination = dialog.destination(request, {
      ...this.#services,
      transport: this.#services.transactions.transport,
    })
    const isKnown = this.#services.dialogs.has(dialog)
    this.#services.dialogs.remove(dialog)
    if (!destination) return
    const client = this.#services.transactions.prepare({ request, destination, user: { responded: () => {} } })
    client.start()
    // The second answer of a forked call never was the application's.
    if (!isKnown) return
    const origin = this.#origin(destination.transport)
    dialog.app.deliver({ message: client.request, origin, transactionId: 'unsolicited', dialogId: dialog.id })
  }

  /** Nobody is left to hear the answers: calls not yet answered are cancelled. */
  appGone(app: App): void {
    for (const outgoing of this.#outgoing.values()) if (outgoing.app === app) outgoing.client.cancel()
  }

  #send(options: {
    asked: AppRequest
    request: SipRequest
    destination: Destination
    dialog: Dialog | undefined
    dialogId: string | undefined
  }): void {
    const { asked, request, destination, dialog, dialogId } = options
    const { app, messageId } = asked
    const id = newId()
    const client = this.#services.transactions.prepare({
      request,
      destination,
      user: { responded: (response, flow) => this.#responded(outgoing, response, flow) },
    })
    const outgoing: Outgoing = { id, app, client, dialogId, dialog }
    this.#outgoing.set(id, outgoing)
    const sent: Sent = { message: client.request, origin: this.#origin(destination.transport), transactionId: id }
    app.reply({ to: messageId, kind: 'sent', sent })
    client.start()
  }

  #responded(outgoing: Outgoing, response: SipResponse, flow: Flow | undefined): void {
    const { id, app, client } = outgoing
    const { method } = client.request
    const success = response.status >= 200 && response.status < 300
    if (response.status >= 200) this.#finished(outgoing)
    if (method === 'INVITE' && success && flow) {
      if (!this.#inviteAnswered(outgoing, response, flow)) return
    } else if (method === 'SUBSCRIBE' && success && flow) this.#ensureDialog(outgoing, response, flow)
    if (outgoing.dialog) this.#dialogResponse(outgoing.dialog, client.request, response)
    app.deliver({
      message: response,
      origin: {
        source: 'network',
        transport: client.destination.transport,
        address: flow?.remote ?? client.destination,
      },
      transactionId: id,
      dialogId: outgoing.dialogId ?? '',
    })
  }

  #finished({ id, dialogId }: Outgoing): void {
    this.#outgoing.delete(id)
    if (dialogId !== undefined) this.#services.dialogs.release(dialogId)
  }

  /** False when the application has nothing to do with this 2xx: it is a repetition, or from a second branch. */
  #inviteAnswered(outgoing: Outgoing, response: SipResponse, flow: Flow): boolean {
    const { number } = cseqOf(response)
    const known = outgoing.dialog
    if (known && known.remoteTag !== (tagOf(header(response, 'to')) ?? '')) {
      this.#endFork(outgoing, response, flow)
      return false
    }
    const ack = known?.acks.get(number)
    if (ack) this.#services.transactions.repeatAck(ack.bytes, ack.destination)
    if (ack || known?.owedAcks.includes(number)) return false
    const dialog = this.#ensureDialog(outgoing, response, flow)
    dialog.refresh(response)
    dialog.owedAcks.push(number)
    dialog.endsAfterAck ||= outgoing.client.isCancelled
    if (outgoing.app.isConnected) return true
    this.#ackAndEnd(dialog, 'Application gone')
    return false
  }

  /** Two phones answered a forked call: the application has the first, the other is hung up (section 13.2.2.4). */
  #endFork(outgoing: Outgoing, response: SipResponse, flow: Flow): void {
    const dialog = this.#makeDialog(outgoing, response, flow)
    dialog.owedAcks.push(cseqOf(response).number)
    this.#ackAndEnd(dialog, 'Answered elsewhere')
  }

  #ackAndEnd(dialog: Dialog, why: string): void {
    this.#sendAck(dialog, [], '')
    this.endDialog(dialog, why)
  }

  #ensureDialog(outgoing: Outgoing, response: SipResponse, flow: Flow): Dialog {
    if (outgoing.dialog) return outgoing.dialog
    outgoing.dialog = this.#makeDialog(outgoing, response, flow)
    this.#services.dialogs.add(outgoing.dialog)
    return outgoing.dialog
  }

  #makeDialog({ app, client, dialogId }: Outgoing, response: SipResponse, flow: Flow): Dialog {
    return clientDialog({ app, request: client.request, dialogId, response, flow })
  }

  #dialogResponse(dialog: Dialog, request: SipRequest, response: SipResponse): void {
    if (request.method === 'UPDATE' && response.status < 300) dialog.refresh(response)
    // A challenged BYE is sent once more with credentials, so the dialog stays.
    const challenged = response.status === 401 || response.status === 407
    if (request.method === 'BYE' && response.status >= 200 && !challenged) this.#services.dialogs.remove(dialog)
    const ends = !dialog.isInvite && (header(request, 'subscription-state') ?? '').startsWith('terminated')
    if (request.method === 'NOTIFY' && ends && response.status >= 200) this.#services.dialogs.remove(dialog)
  }

  #acknowledge(asked: AppRequest, dialog: Dialog): void {
    const sent = this.#sendAck(dialog, without(freeHeaders(asked, undefined), 'contact'), asked.body)
    asked.app.reply({ to: asked.messageId, kind: 'sent', sent })
    if (dialog.endsAfterAck) this.endDialog(dialog, 'ACK-BYE due to cancel race condition')
  }

  #sendAck(dialog: Dialog, headers: readonly HeaderField[], body: string): Sent {
    const sequence = dialog.owedAcks.shift()
    if (sequence === undefined) throw new RequestRefused('no response to an INVITE waits for an ACK')
    const message = dialog.request({ method: 'ACK', headers, body, sequence })
    const destination = this.#destination(dialog, message)
    const bytes = this.#services.transactions.sendAck(message, destination)
    dialog.acks.clear()
    dialog.acks.set(sequence, { bytes, destination })
    return { message, origin: this.#origin(destination.transport), transactionId: newId() }
  }

  /** A re-INVITE still out when the call is hung up would keep the peer busy. */
  #cancelOwnInvite(dialog: Dialog): void {
    for (const outgoing of this.#outgoing.values()) {
      if (outgoing.dialog === dialog && outgoing.client.isInvite) outgoing.client.cancel()
    }
  }

  #destination(dialog: Dialog, request: SipRequest): Destination {
    const found = dialog.destination(request, { ...this.#services, transport: this.#services.transactions.transport })
    if (!found) throw new RequestRefused(`unable to find route when sending request inside dialog ${dialog.id}`)
    return found
  }

  #own(transport: Transport | undefined) {
    return this.#services.transactions.transport.address(transport ?? 'udp')
  }

  #origin(transport: Transport): Origin {
    return { source: 'application', transport, address: this.#own(transport) ?? { host: '', port: 0 } }
  }
}

function dialogTransport(dialog: Dialog): Transport {
  return /;transport=tcp/i.test(dialog.contact) ? 'tcp' : 'udp'
}
