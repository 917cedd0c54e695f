import type Srf from 'drachtio-srf'
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf'
import { messageOf } from '../../../kernel/index.ts'
import { type Cause, reasonHeader, sipStatusOfCause } from '../core/causes.ts'
import type { Channel } from '../core/channel.ts'
import type { AudioDescription } from './sdp.ts'
import { SipLeg, type SipLegServices } from './sip-leg.ts'
import { headerText } from './sip-text.ts'

interface CallerLegParts {
  srf: Srf
  request: SrfRequest
  response: SrfResponse
  channel: Channel
  services: SipLegServices
}

/** The leg of somebody who calls: the switch is the server of its INVITE. */
export class CallerLeg extends SipLeg {
  readonly #srf: Srf
  readonly #request: SrfRequest
  readonly #response: SrfResponse
  #offer: AudioDescription | undefined
  #finalSent = false
  #cancelled = false

  constructor({ srf, request, response, channel, services }: CallerLegParts) {
    super({ channel, services, peerAddress: request.source_address })
    this.#srf = srf
    this.#request = request
    this.#response = response
    request.on('cancel', () => this.#onCancel())
  }

  /**
   * Reads the offer. A cause when the call cannot be taken: no codec in common. Without SDP the offer is ours, in the
   * answer (RFC 3261 section 13.2.1).
   */
  takeOffer(): Cause | undefined {
    if (!this.#request.body) return undefined
    this.#offer = this.negotiation.take(this.#request.body)
    return this.#offer === undefined ? 'INCOMPATIBLE_DESTINATION' : undefined
  }

  ring(): void {
    if (this.#finalSent || this.channel.down || this.channel.times.progress > 0) return
    this.#response.send(180)
    this.rings()
  }

  async earlyMedia(): Promise<boolean> {
    if (this.#finalSent || this.channel.down) return this.dialog !== undefined
    if (this.#offer === undefined) return false
    await this.#openMedia()
    if (this.channel.down) return false
    this.#response.send(183, { body: this.negotiation.local(), headers: sdpContent })
    this.hasEarlyMedia()
    return true
  }

  async answer(): Promise<boolean> {
    if (this.dialog !== undefined) return true
    if (this.#finalSent || this.channel.down) return false
    await this.#openMedia()
    if (this.channel.down) return false
    this.#finalSent = true
    try {
      const localSdp = this.negotiation.local()
      const dialog = await this.#srf.createUAS(this.#request, this.#response, { localSdp, headers: sdpContent })
      await this.#established(dialog)
    } catch (failure) {
      // CANCEL won the race (RFC 3261 section 9.2), or the connection to the SIP server broke.
      this.services.logger.info(
        { channel: this.channel.uuid, reason: messageOf(failure) },
        'Call could not be answered',
      )
      this.channel.hangUp('ORIGINATOR_CANCEL')
      return false
    }
    return !this.channel.down
  }

  /** The call is answered; where the offer was ours, when its answer has come with the ACK, as FreeSWITCH has it. */
  async #established(dialog: Dialog): Promise<void> {
    const open = this.open(dialog)
    if (this.#offer !== undefined || (await open.answerToOffer())) this.answered()
    else this.channel.hangUp('INCOMPATIBLE_DESTINATION')
  }

  async #openMedia(): Promise<void> {
    await this.openMedia()
    if (this.#offer !== undefined) this.negotiation.apply(this.#offer)
  }

  end(cause: Cause, status?: { code: number; phrase: string }): void {
    if (this.dialog !== undefined) {
      this.#disposition('send_bye')
      this.dialog.end(cause)
      return
    }
    if (this.#finalSent || this.#cancelled) return
    this.#finalSent = true
    this.#disposition('send_refuse')
    const code = status?.code ?? sipStatusOfCause(cause)
    const headers = { Reason: reasonHeader(cause) }
    if (status?.phrase) this.#response.send(code, headerText(status.phrase), { headers })
    else this.#response.send(code, { headers })
  }

  #disposition(how: string): void {
    if (!this.channel.variables.has('sip_hangup_disposition')) this.describe({ sip_hangup_disposition: how })
  }

  override async deflect(uri: string): Promise<string> {
    if (this.dialog !== undefined || this.#finalSent) return await super.deflect(uri)
    this.#finalSent = true
    this.#response.send(302, { headers: { Contact: `<${headerText(uri)}>` } })
    this.channel.hangUp('BLIND_TRANSFER')
    return '+OK:no reply\n'
  }

  // The SIP server has answered CANCEL with 200 and the INVITE with 487 by now.
  #onCancel(): void {
    this.#cancelled = true
    this.describe({
      sip_term_status: '487',
      sip_invite_failure_status: '487',
      sip_invite_failure_phrase: 'CANCEL',
      sip_hangup_disposition: 'recv_cancel',
      proto_specific_hangup_cause: 'sip:487',
      sip_term_cause: '487',
    })
    this.channel.hangUp('ORIGINATOR_CANCEL')
  }
}

const sdpContent = { 'Content-Type': 'application/sdp' }
