import { randomInt } from 'node:crypto'
import type { G711Law } from '../../rtp/index.ts'
import type { DtlsRole, SecureMedia } from '../../webrtc/index.ts'
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
import type { SdpSecurity } from './sdp-security.ts'

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
  readonly #newSeal: () => SecureMedia
  #seal: SecureMedia | undefined
  /** An SDP was exchanged: whether media are secured is settled. */
  #isBegun = false
  #isAttached = false
  #remoteSecurity: SdpSecurity | undefined

  constructor({
    channel,
    address,
    comediaAddress,
    newSeal,
  }: { channel: Channel; address: string; comediaAddress?: string; newSeal: () => SecureMedia }) {
    this.#newSeal = newSeal
    this.#channel = channel
    this.#address = address
    this.#comediaAddress = comediaAddress
  }

  /** From now on we offer WebRTC, as the variable `media_webrtc` asks of FreeSWITCH. */
  offerSecured(): void {
    this.#secure()
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
      ssrc: this.#channel.media?.ssrc ?? 0,
      security: this.#ownSecurity(),
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
    // Who was promised secured media gets no others, and the other way round.
    if (this.#isBegun && (remote.security === undefined) !== (this.#seal === undefined)) return undefined
    this.#isBegun = true
    this.#remoteSecurity = remote.security
    if (remote.security !== undefined) this.#secure()
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
    if (remote.security !== undefined) this.#expect(remote.security)
    else if (remote.address === '0.0.0.0') return
    media.setRemote({
      address: remote.address,
      port: remote.port,
      law,
      ...(remote.eventPayloadType === undefined ? {} : { eventPayloadType: remote.eventPayloadType }),
      ...(this.#comediaAddress === undefined ? {} : { comediaAddress: this.#comediaAddress }),
    })
  }

  #secure(): void {
    this.#isBegun = true
    if (this.#seal !== undefined) return
    this.#seal = this.#newSeal()
  }

  #ownSecurity(): SdpSecurity | undefined {
    const seal = this.#seal
    if (seal === undefined) return undefined
    this.#attach(seal)
    const { ufrag, password } = seal.ice
    const { protocol = 'UDP/TLS/RTP/SAVPF', mid = '0', setup } = this.#remoteSecurity ?? {}
    return { protocol, ufrag, password, fingerprint: seal.fingerprint, setup: ownSetup(seal, setup), mid }
  }

  #expect({ fingerprint, setup }: SdpSecurity): void {
    const seal = this.#seal
    if (seal === undefined) return
    this.#attach(seal)
    seal.expect({ fingerprint, role: theirRole(seal, setup) })
  }

  #attach(seal: SecureMedia): void {
    if (this.#isAttached || this.#channel.media === undefined) return
    this.#isAttached = true
    this.#channel.media.secure(seal)
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

/** Parts once taken stay (RFC 8842 section 5.5). Who leaves it to us gets the server's: we are there first, and speak first. */
function theirRole(seal: SecureMedia, setup: SdpSecurity['setup']): DtlsRole {
  if (seal.role !== undefined) return seal.role === 'client' ? 'server' : 'client'
  return setup === 'active' ? 'client' : 'server'
}

function ownSetup(seal: SecureMedia, theirs: SdpSecurity['setup'] | undefined): SdpSecurity['setup'] {
  if (theirs === undefined) return 'actpass'
  return theirRole(seal, theirs) === 'client' ? 'passive' : 'active'
}

function lawNamed(name: string): G711Law[] {
  if (name === 'PCMA') return ['alaw']
  return name === 'PCMU' ? ['ulaw'] : []
}
