import { randomInt } from 'node:crypto'
import type { G711Law } from '../../rtp/index.ts'
import type { Channel } from '../core/channel.ts'
import {
  type AudioDescription,
  answeringDirection,
  codecName,
  isHold,
  readSdp,
  type SdpDirection,
  writeSdp,
} from './sdp.ts'

const defaultEventPayloadType = 101

/** Offer and answer (RFC 3264) of one channel: what was agreed on, put into force on its media. */
export class MediaNegotiation {
  readonly #channel: Channel
  readonly #address: string
  /** Where the other side's signalling comes from: its RTP may come from there, too. */
  readonly #comediaAddress: string | undefined
  readonly #sessionId = randomInt(1, 2 ** 31)
  #version = this.#sessionId
  #laws: readonly G711Law[] = ['alaw', 'ulaw']
  #eventPayloadType: number | undefined = defaultEventPayloadType
  #direction: SdpDirection = 'sendrecv'
  #others: AudioDescription['others'] | undefined

  constructor({ channel, address, comediaAddress }: { channel: Channel; address: string; comediaAddress?: string }) {
    this.#channel = channel
    this.#address = address
    this.#comediaAddress = comediaAddress
  }

  /** Narrows what is offered: `absolute_codec_string`, e.g. `PCMU`. Unknown names are passed over. */
  offerOnly(codecs: string | undefined): void {
    const laws = (codecs ?? '').toUpperCase().split(',').flatMap(lawNamed)
    if (laws.length > 0) this.#laws = laws
  }

  /** The SDP to send, as offer or as answer to what was taken last. */
  local(direction: SdpDirection = this.#direction): string {
    this.#version += 1
    const port = this.#channel.media?.port ?? 0
    const sdp = writeSdp({
      address: this.#address,
      port,
      laws: this.#laws,
      eventPayloadType: this.#eventPayloadType,
      direction,
      sessionId: this.#sessionId,
      version: this.#version,
      others: this.#others,
    })
    this.#channel.setVariable('rtp_local_sdp_str', sdp)
    this.#channel.setVariable('local_media_ip', this.#address)
    this.#channel.setVariable('local_media_port', String(port))
    return sdp
  }

  /** Takes the other side's SDP. Undefined when it has no audio we share a codec with. */
  take(text: string): AudioDescription | undefined {
    const remote = readSdp(text)
    const law = remote?.laws.find((offered) => this.#laws.includes(offered))
    if (remote === undefined || law === undefined) return undefined
    this.#laws = [law]
    this.#eventPayloadType = remote.eventPayloadType
    this.#direction = answeringDirection(remote.direction)
    this.#others = remote.others
    this.#channel.codec = codecName(law)
    this.#describe(text, remote)
    return remote
  }

  /** Puts an SDP taken into force on the channel's media, once it is open. */
  apply(remote: AudioDescription): void {
    const media = this.#channel.media
    const [law] = this.#laws
    if (media === undefined || law === undefined) return
    media.setSendingAllowed(!isHold(remote.direction) || remote.direction === 'sendrecv')
    if (remote.address === '0.0.0.0') return
    media.setRemote({
      address: remote.address,
      port: remote.port,
      law,
      ...(remote.eventPayloadType === undefined ? {} : { eventPayloadType: remote.eventPayloadType }),
      ...(this.#comediaAddress === undefined ? {} : { comediaAddress: this.#comediaAddress }),
    })
  }

  #describe(text: string, remote: AudioDescription): void {
    const codec = this.#channel.codec ?? ''
    const variables: [string, string][] = [
      ['switch_r_sdp', text],
      ['remote_media_ip', remote.address],
      ['remote_media_port', String(remote.port)],
      ['remote_audio_media_flow', remote.direction],
      ['audio_media_flow', this.#direction],
      ['rtp_use_codec_name', codec],
      ['rtp_use_codec_rate', '8000'],
      ['rtp_use_codec_ptime', '20'],
      ['read_codec', codec],
      ['read_rate', '8000'],
      ['write_codec', codec],
      ['write_rate', '8000'],
      ['dtmf_type', remote.eventPayloadType === undefined ? 'info' : 'rfc2833'],
    ]
    for (const [name, value] of variables) this.#channel.setVariable(name, value)
  }
}

function lawNamed(name: string): G711Law[] {
  if (name === 'PCMA') return ['alaw']
  return name === 'PCMU' ? ['ulaw'] : []
}
