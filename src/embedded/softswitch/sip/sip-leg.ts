import type { Dialog } from 'drachtio-srf'
import { type Logger, messageOf } from '../../../kernel/index.ts'
import type { SecureMedia } from '../../webrtc/index.ts'
import type { Cause } from '../core/causes.ts'
import type { Channel } from '../core/channel.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { holdBegins, holdEnds } from '../core/hold.ts'
import { microseconds } from '../core/time.ts'
import type { ChannelMedia } from '../media/channel-media.ts'
import { MediaNegotiation } from './media-negotiation.ts'
import { SipDialog } from './sip-dialog.ts'

/** What a leg needs of the switch around it. */
export interface SipLegServices {
  readonly host: string
  readonly logger: Logger
  openMedia(channel: Channel): Promise<ChannelMedia>
  /** Secured media of one leg, not connected yet. */
  newSeal(): SecureMedia
  holdMusic(): string | undefined
}

/** What callers' and called phones' legs have in common. */
export abstract class SipLeg implements Endpoint {
  protected readonly channel: Channel
  protected readonly services: SipLegServices
  protected readonly negotiation: MediaNegotiation
  protected dialog: SipDialog | undefined

  constructor({
    channel,
    services,
    peerAddress,
  }: { channel: Channel; services: SipLegServices; peerAddress?: string }) {
    this.channel = channel
    this.services = services
    const comedia = peerAddress === undefined ? {} : { comediaAddress: peerAddress }
    this.negotiation = new MediaNegotiation({
      channel,
      address: services.host,
      newSeal: () => services.newSeal(),
      ...comedia,
    })
  }

  abstract ring(): void
  abstract earlyMedia(): Promise<boolean>
  abstract answer(): Promise<boolean>
  abstract end(cause: Cause, status?: { code: number; phrase: string }): void

  async hold(held: boolean): Promise<void> {
    if (this.dialog === undefined) return
    try {
      await this.dialog.modify(held ? 'sendonly' : 'sendrecv')
    } catch (failure) {
      this.services.logger.warn({ channel: this.channel.uuid, reason: messageOf(failure) }, 'Phone refused to be held')
      return
    }
    if (held) holdBegins(this.channel, this.services.holdMusic())
    else holdEnds(this.channel)
  }

  sendDigits(keys: string, durationMs: number): boolean {
    return this.channel.media?.sendDigits(keys, durationMs) ?? false
  }

  notifyRefer(statusLine: string): void {
    this.dialog?.notifyRefer(statusLine)
  }

  async deflect(uri: string): Promise<string> {
    if (this.dialog === undefined) return '-ERR\n'
    const answer = await this.dialog.refer(uri)
    if (answer.startsWith('2')) this.channel.hangUp('BLIND_TRANSFER')
    return `+OK:${answer}\n`
  }

  protected async openMedia(): Promise<void> {
    this.channel.media ??= await this.services.openMedia(this.channel)
  }

  /** The call is answered: from now on it is a dialog. */
  protected established(dialog: Dialog): void {
    this.open(dialog)
    this.answered()
  }

  protected open(dialog: Dialog): SipDialog {
    this.dialog = new SipDialog({
      dialog,
      channel: this.channel,
      negotiation: this.negotiation,
      holdMusic: () => this.services.holdMusic(),
    })
    this.channel.setVariable('sip_to_tag', dialog.type === 'uas' ? dialog.sip.localTag : dialog.sip.remoteTag)
    this.channel.setVariable('sip_from_tag', dialog.type === 'uas' ? dialog.sip.remoteTag : dialog.sip.localTag)
    return this.dialog
  }

  protected answered(): void {
    this.channel.times.answered = microseconds()
    this.channel.answerState = 'answered'
    this.channel.setVariable('endpoint_disposition', 'ANSWER')
    this.channel.publish('CHANNEL_ANSWER')
    this.channel.setCallState('ACTIVE')
    this.channel.wake()
  }

  protected rings(): void {
    if (this.channel.times.progress > 0) return
    this.channel.times.progress = microseconds()
    this.channel.publish('CHANNEL_PROGRESS')
    this.channel.setCallState('RINGING')
    this.channel.wake()
  }

  protected hasEarlyMedia(): void {
    this.channel.times.progressMedia = microseconds()
    this.channel.answerState = 'early'
    this.channel.setVariable('endpoint_disposition', 'EARLY MEDIA')
    this.channel.publish('CHANNEL_PROGRESS_MEDIA')
    this.channel.setCallState('EARLY')
    this.channel.wake()
  }

  protected describe(variables: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(variables)) this.channel.setVariable(name, value)
  }
}
