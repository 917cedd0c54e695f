import type Srf from 'drachtio-srf'
import type { SrfRequest, SrfResponse } from 'drachtio-srf'
import { messageOf } from '../../../kernel/index.ts'
import { type Cause, causeNumber, causeOfSipStatus, reasonHeader } from '../core/causes.ts'
import { type Channel, isTrue } from '../core/channel.ts'
import { SipLeg, type SipLegServices } from './sip-leg.ts'
import { headerText, quotedName, userPart } from './sip-text.ts'

interface CalledLegParts {
  srf: Srf
  channel: Channel
  services: SipLegServices
  /** The address dialled, `sip:1001@127.0.0.1:5060`, and the proxy to send through if not to it. */
  uri: string
  proxy?: string
  userAgent: string
}

/** The leg of a phone the switch calls: it is the client of the INVITE. */
export class CalledLeg extends SipLeg {
  readonly #parts: CalledLegParts
  #request: SrfRequest | undefined
  #settled = false
  #giveUp = false

  constructor(parts: CalledLegParts) {
    super({ channel: parts.channel, services: parts.services })
    this.#parts = parts
  }

  /** Sends the INVITE and follows it to its end; what happens is told to the channel. */
  async invite(): Promise<void> {
    const { srf, uri, proxy } = this.#parts
    try {
      await this.openMedia()
      if (isTrue(this.channel.variables.get('media_webrtc'))) this.negotiation.offerSecured()
      this.negotiation.offerOnly(this.channel.variables.get('absolute_codec_string'))
      const options = { localSdp: this.negotiation.local(), headers: this.#headers(), ...(proxy ? { proxy } : {}) }
      const dialog = await srf.createUAC(uri, options, {
        // The first argument is an error in fact, whatever the types say.
        cbRequest: (...[failure, request]: unknown[]) => this.#onSent(failure, request),
        cbProvisional: (response) => this.#onProvisional(response),
      })
      this.#settled = true
      this.#onAnswer(dialog)
    } catch (failure) {
      this.#settled = true
      this.#onFailure(failure)
    }
  }

  #headers(): Record<string, string> {
    const { callerName, callerNumber } = this.channel.profile
    const address = `<sip:${userPart(callerNumber || '0000000000')}@${this.services.host}>`
    const custom = [...this.channel.variables].flatMap(([name, value]): [string, string][] =>
      /^sip_h_[\w.-]+$/.test(name) ? [[name.slice('sip_h_'.length), headerText(value)]] : [],
    )
    return {
      From: `${quotedName(callerName)}${address}`,
      'P-Asserted-Identity': `${quotedName(callerName)}${address}`,
      'User-Agent': this.#parts.userAgent,
      'Content-Type': 'application/sdp',
      ...Object.fromEntries(custom),
    }
  }

  #onSent(failure: unknown, request: unknown): void {
    if (failure || !isRequest(request)) return
    this.#request = request
    this.describe({ sip_call_id: request.get('Call-ID') })
    if (this.#giveUp) this.#cancel()
  }

  #onProvisional(response: SrfResponse): void {
    if (this.channel.down) return
    const remote = response.status > 100 && response.body ? this.negotiation.take(response.body) : undefined
    if (remote !== undefined) {
      this.negotiation.apply(remote)
      this.hasEarlyMedia()
    } else if (response.status === 180 || response.status === 183) this.rings()
  }

  #onAnswer(dialog: Srf.Dialog): void {
    const remote = this.negotiation.take(dialog.remote.sdp ?? '')
    if (this.channel.down) {
      // The answer crossed our CANCEL; such a call is ended by BYE (RFC 3261 section 15).
      dialog.destroy(
        { headers: { Reason: reasonHeader(this.channel.hangupCause ?? 'NORMAL_CLEARING') } },
        () => undefined,
      )
      return
    }
    if (remote !== undefined) this.negotiation.apply(remote)
    this.established(dialog)
    if (remote === undefined) this.channel.hangUp('INCOMPATIBLE_DESTINATION')
  }

  #onFailure(failure: unknown): void {
    const status = statusOf(failure)
    if (status === undefined) {
      this.services.logger.warn({ channel: this.channel.uuid, reason: messageOf(failure) }, 'INVITE could not be sent')
      this.channel.hangUp('NETWORK_OUT_OF_ORDER')
      return
    }
    this.describe({ sip_invite_failure_status: String(status), sip_invite_failure_phrase: messageOf(failure) })
    if (this.channel.down) return
    const cause = causeOfSipStatus(status)
    this.describe({
      sip_term_status: String(status),
      proto_specific_hangup_cause: `sip:${status}`,
      sip_term_cause: String(causeNumber(cause)),
      sip_hangup_disposition: 'recv_refuse',
    })
    this.channel.hangUp(cause)
  }

  ring(): void {
    return
  }

  async earlyMedia(): Promise<boolean> {
    return this.channel.media?.remote !== undefined
  }

  async answer(): Promise<boolean> {
    return this.dialog !== undefined
  }

  end(cause: Cause): void {
    if (this.dialog !== undefined) {
      if (!this.channel.variables.has('sip_hangup_disposition')) this.describe({ sip_hangup_disposition: 'send_bye' })
      this.dialog.end(cause)
    } else if (!this.#settled) {
      this.#giveUp = true
      this.describe({ sip_hangup_disposition: 'send_cancel' })
      this.#cancel()
    }
  }

  #cancel(): void {
    this.#request?.cancel(() => undefined)
  }
}

function isRequest(value: unknown): value is SrfRequest {
  return typeof value === 'object' && value !== null && 'cancel' in value
}

function statusOf(failure: unknown): number | undefined {
  if (typeof failure !== 'object' || failure === null || !('status' in failure)) return undefined
  return typeof failure.status === 'number' ? failure.status : undefined
}
