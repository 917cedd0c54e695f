import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf'
import { type Cause, causeFrom, reasonHeader } from '../core/causes.ts'
import type { Channel } from '../core/channel.ts'
import { digitPressed } from '../core/digit.ts'
import { holdBegins, holdEnds } from '../core/hold.ts'
import { refer } from '../core/refer.ts'
import type { MediaNegotiation } from './media-negotiation.ts'
import { isHold } from './sdp.ts'
import { headerText } from './sip-text.ts'

export interface SipDialogParts {
  dialog: Dialog
  channel: Channel
  negotiation: MediaNegotiation
  /** What the other party of a call on hold hears. */
  holdMusic: () => string | undefined
}

/** An answered call: re-INVITE, UPDATE, INFO and BYE in both directions. */
export class SipDialog {
  readonly #dialog: Dialog
  readonly #channel: Channel
  readonly #negotiation: MediaNegotiation
  readonly #holdMusic: () => string | undefined
  #ended = false
  #offerAnswered: (usable: boolean) => void = () => {}
  #referEvent = 'refer'

  constructor({ dialog, channel, negotiation, holdMusic }: SipDialogParts) {
    this.#dialog = dialog
    this.#channel = channel
    this.#negotiation = negotiation
    this.#holdMusic = holdMusic
    dialog.on('destroy', this.#onBye)
    dialog.on('modify', this.#onModify)
    dialog.on('update', this.#onModify)
    dialog.on('info', this.#onInfo)
    dialog.on('ack', this.#onAck)
    dialog.on('refer', this.#onRefer)
  }

  /** Whether the ACK brings an answer we can use to the offer in our 200; false, too, when the call ends before. */
  answerToOffer(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#offerAnswered = resolve
      if (this.#ended) resolve(false)
    })
  }

  /** Sends BYE, with the cause in a Reason header. */
  end(cause: Cause): void {
    if (this.#ended) return
    this.#ended = true
    this.#offerAnswered(false)
    this.#dialog.destroy({ headers: { Reason: reasonHeader(cause) } }, () => undefined)
  }

  /** Re-INVITE with another direction; resolves when the phone agreed, rejects when it did not. */
  async modify(direction: 'sendonly' | 'sendrecv'): Promise<void> {
    const answer = await this.#dialog.modify(this.#negotiation.local(direction))
    const remote = this.#negotiation.take(answer)
    if (remote !== undefined) this.#negotiation.apply({ ...remote, direction: 'sendrecv' })
  }

  /** Asks the phone by REFER (RFC 3515) to call somebody else; the text of what it answered. */
  async refer(uri: string): Promise<string> {
    const target = `<${headerText(uri)}>`
    const headers = { 'Refer-To': target, 'Referred-By': `<${this.#dialog.local.uri.replace(/[<>]/g, '')}>` }
    const request = Object.assign(Object.create(null), { method: 'REFER', headers })
    const response = await this.#dialog.request(request)
    return `${response.status} ${response.reason}`
  }

  /** A failure to tell means that the phone is gone, which its BYE tells better. */
  notifyRefer(statusLine: string): void {
    const headers = {
      Event: this.#referEvent,
      'Subscription-State': 'terminated;reason=noresource',
      'Content-Type': 'message/sipfrag;version=2.0',
    }
    const request = Object.assign(Object.create(null), { method: 'NOTIFY', headers, body: `${statusLine}\r\n` })
    void this.#dialog.request(request).catch(() => undefined)
  }

  // REFER (RFC 3515): accepted first, what comes of it is told by NOTIFY. One with Replaces is refused there.
  readonly #onRefer = (request: SrfRequest, response: SrfResponse): void => {
    this.#referEvent = `refer;id=${/^\d+/.exec(String(request.get('CSeq') ?? ''))?.[0] ?? '1'}`
    response.send(202)
    const referTo = String(request.get('Refer-To') ?? '')
    const number = /sips?:([^@;>]+)@/i.exec(referTo)?.[1]
    if (number === undefined || /[?&]Replaces=/i.test(referTo)) return this.notifyRefer('SIP/2.0 403 Forbidden')
    refer(this.#channel, decode(number))
  }

  readonly #onBye = (bye: SrfRequest): void => {
    this.#ended = true
    this.#offerAnswered(false)
    const cause = causeOfBye(bye)
    const variables = {
      sip_term_status: '200',
      proto_specific_hangup_cause: 'sip:200',
      sip_term_cause: '16',
      sip_hangup_disposition: 'recv_bye',
      sip_hangup_phrase: 'OK',
    }
    for (const [name, value] of Object.entries(variables)) this.#channel.setVariable(name, value)
    this.#channel.hangUp(cause)
  }

  // A re-INVITE or UPDATE: the same SDP again only refreshes the session (RFC 4028 section 7.4), another one holds,
  // retrieves or moves the audio. Without SDP we offer.
  readonly #onModify = (request: SrfRequest, response: SrfResponse): void => {
    if (!request.body) {
      response.send(200, request.method === 'UPDATE' ? {} : { body: this.#negotiation.local('sendrecv') })
      return
    }
    const remote = this.#negotiation.take(request.body)
    if (remote === undefined) {
      response.send(488)
      return
    }
    this.#negotiation.apply(remote)
    response.send(200, { body: this.#negotiation.local(), headers: { 'Content-Type': 'application/sdp' } })
    if (isHold(remote.direction)) holdBegins(this.#channel, this.#holdMusic())
    else holdEnds(this.#channel)
  }

  // The answer to an offer of ours that went out in a 200 (RFC 3264 section 4).
  readonly #onAck = (ack: SrfRequest): void => {
    const remote = ack.body ? this.#negotiation.take(ack.body) : undefined
    if (remote !== undefined) this.#negotiation.apply(remote)
    this.#offerAnswered(remote !== undefined)
  }

  readonly #onInfo = (request: SrfRequest, response: SrfResponse): void => {
    response.send(200)
    const key = keyOfInfo(String(request.get('Content-Type') ?? ''), request.body)
    if (key !== undefined) digitPressed(this.#channel, key.digit, key.durationMs, 'ENDPOINT')
  }
}

/** A user part as FreeSWITCH hands it on: unescaped where that is possible. */
function decode(user: string): string {
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}

function causeOfBye(bye: SrfRequest): Cause {
  const reason = bye.has('Reason') ? String(bye.get('Reason')) : ''
  return causeFrom(/Q\.850\s*;\s*cause=(\d+)/i.exec(reason)?.[1])
}

/** `Signal=5\r\nDuration=160` of application/dtmf-relay, or the bare key of application/dtmf. */
function keyOfInfo(contentType: string, body: string): { digit: string; durationMs: number } | undefined {
  const relayed = /application\/dtmf-relay/i.test(contentType)
  if (!relayed && !/application\/dtmf/i.test(contentType)) return undefined
  const digit = (relayed ? (/Signal\s*=\s*(\S)/i.exec(body)?.[1] ?? '') : body.trim().charAt(0)).toUpperCase()
  const durationMs = Number(/Duration\s*=\s*(\d+)/i.exec(body)?.[1] ?? 250)
  return /^[0-9*#A-D]$/.test(digit) ? { digit, durationMs } : undefined
}
