import { RtpPacket } from 'werift'
import { type Logger, messageOf } from '../../kernel/index.ts'
import type { Certificate, Fingerprint } from './certificate.ts'
import { DtlsKeys, type DtlsRole, type MediaKeys } from './dtls-keys.ts'
import { type Address, IceLite } from './ice-lite.ts'
import { isStun } from './stun.ts'

/** What the other side's SDP says of how its media are secured. */
export interface SecureRemote {
  readonly fingerprint: Fingerprint
  /** Their part of the handshake. */
  readonly role: DtlsRole
}

/**
 * What stands between the socket of a WebRTC leg and its RTP: ICE finds the way, DTLS the keys, SRTP keeps the audio. All
 * three come over one port and are told apart by their first octet (RFC 7983).
 */
export class SecureMedia {
  readonly ice = new IceLite()
  readonly #certificate: Certificate
  readonly #logger: Logger
  #send: (datagram: Buffer, to: Address) => void = () => {}
  #remote: SecureRemote | undefined
  #dtls: DtlsKeys | undefined
  #keys: MediaKeys | undefined

  constructor({ certificate, logger }: { certificate: Certificate; logger: Logger }) {
    this.#certificate = certificate
    this.#logger = logger
  }

  get fingerprint(): Fingerprint {
    return this.#certificate.fingerprint
  }

  /** Which part of the handshake is ours, once it was agreed on: it stays for the call (RFC 5763 section 6.6). */
  get role(): DtlsRole | undefined {
    return this.#remote && (this.#remote.role === 'client' ? 'server' : 'client')
  }

  /** How datagrams leave; called by the stream that owns the socket. */
  attach(send: (datagram: Buffer, to: Address) => void): void {
    this.#send = send
  }

  /** Whose media is believed: what the answer or the offer said. The same again changes nothing. */
  expect(remote: SecureRemote): void {
    if (this.#remote !== undefined && this.#remote.fingerprint.value === remote.fingerprint.value) return
    this.#dtls?.close()
    this.#dtls = undefined
    this.#keys = undefined
    this.#remote = remote
    this.#begin()
  }

  /** The RTP of a datagram; undefined when it is none or cannot be believed, and when it was for ICE or DTLS. */
  open(datagram: Buffer, from: Address): Buffer | undefined {
    const [first = 0, second = 0] = datagram
    if (isStun(datagram)) this.#check(datagram, from)
    else if (first >= 20 && first <= 63) this.#dtls?.receive(datagram)
    // RTCP comes over the same port (RFC 5761 section 4).
    else if (first >= 128 && first <= 191 && (second < 192 || second > 223)) return this.#decrypt(datagram)
    return undefined
  }

  /** Sends RTP sealed; before the keys are there nothing is sent. */
  send(packet: Buffer): void {
    const { peer } = this.ice
    if (this.#keys === undefined || peer === undefined) return
    const { header, payload } = RtpPacket.deSerialize(packet)
    this.#send(this.#keys.srtp.encrypt(payload, header), peer)
  }

  close(): void {
    this.#dtls?.close()
  }

  #check(datagram: Buffer, from: Address): void {
    const answer = this.ice.check(datagram, from)
    if (answer === undefined) return
    this.#send(answer, from)
    this.#begin()
  }

  /** The handshake begins when both are known: who the other side is, and where. */
  #begin(): void {
    const { role } = this
    if (this.#dtls !== undefined || this.#remote === undefined || role === undefined || this.ice.peer === undefined)
      return
    this.#dtls = new DtlsKeys({
      certificate: this.#certificate,
      role,
      remote: this.#remote.fingerprint,
      send: (datagram) => this.ice.peer && this.#send(datagram, this.ice.peer),
      onKeys: (keys) => {
        this.#keys = keys
      },
      onFailure: (reason) => this.#logger.warn({ reason }, 'WebRTC: no keys, so no audio'),
    })
  }

  #decrypt(datagram: Buffer): Buffer | undefined {
    try {
      return this.#keys?.srtp.decrypt(datagram)
    } catch (error) {
      // Forged, repeated or of other keys: it is not for us to play.
      this.#logger.debug({ reason: messageOf(error) }, 'WebRTC: a packet cannot be opened')
      return undefined
    }
  }
}
