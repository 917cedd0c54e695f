import { timingSafeEqual } from 'node:crypto'
import { DtlsClient, DtlsServer, ProtectionProfileAes128CmHmacSha1_80, SrtcpSession, SrtpSession } from 'werift'
import { type Certificate, type Fingerprint, fingerprintOf, signatureHash } from './certificate.ts'

/** Who opens the handshake: the other side's `a=setup` decides (RFC 5763 section 5). */
export type DtlsRole = 'client' | 'server'

/** What a handshake agreed on. */
export interface MediaKeys {
  readonly srtp: SrtpSession
  readonly srtcp: SrtcpSession
}

export interface DtlsKeysOptions {
  readonly certificate: Certificate
  readonly role: DtlsRole
  /** What the other side's certificate must look like: its SDP came by a way we trust, its datagrams did not. */
  readonly remote: Fingerprint
  readonly send: (datagram: Buffer) => void
  readonly onKeys: (keys: MediaKeys) => void
  readonly onFailure: (reason: string) => void
}

/** Octets of key and salt of AES_CM_128_HMAC_SHA1_80 (RFC 3711 section 8.2). */
const [keyOctets, saltOctets] = [16, 14]

/** The DTLS handshake of a WebRTC leg and the keys for SRTP that come of it (RFC 5764). */
export class DtlsKeys {
  readonly #options: DtlsKeysOptions
  readonly #socket: DtlsClient | DtlsServer
  #receive: (datagram: Buffer) => void = () => {}

  constructor(options: DtlsKeysOptions) {
    this.#options = options
    const { certificate, role } = options
    const common = {
      cert: certificate.certPem,
      key: certificate.keyPem,
      signatureHash,
      transport: this.#transport(),
      srtpProfiles: [ProtectionProfileAes128CmHmacSha1_80],
      extendedMasterSecret: true,
    }
    this.#socket = role === 'client' ? new DtlsClient(common) : new DtlsServer({ ...common, certificateRequest: true })
    this.#socket.onConnect.once(() => this.#connected())
    this.#socket.onError.subscribe((error) => options.onFailure(error.message))
    if (this.#socket instanceof DtlsClient) {
      this.#socket.connect().catch((error: unknown) => options.onFailure(String(error)))
    }
  }

  receive(datagram: Buffer): void {
    this.#receive(datagram)
  }

  close(): void {
    this.#socket.close()
  }

  /** Our socket in the words of werift, which sets `onData` to hear. */
  #transport() {
    const own = this
    return {
      type: 'udp',
      address: { address: '0.0.0.0', family: 'IPv4', port: 0 },
      closed: false,
      set onData(listener: (datagram: Buffer, from: readonly [string, number]) => void) {
        own.#receive = (datagram) => listener(datagram, ['0.0.0.0', 0])
      },
      send: async (datagram: Buffer) => own.#options.send(datagram),
      close: async () => undefined,
    }
  }

  #connected(): void {
    if (!this.#isWhoTheSdpSays()) return this.#options.onFailure('the certificate is not that of the SDP')
    const { localKey, localSalt, remoteKey, remoteSalt } = this.#socket.extractSessionKeys(keyOctets, saltOctets)
    const keys = {
      localMasterKey: localKey,
      localMasterSalt: localSalt,
      remoteMasterKey: remoteKey,
      remoteMasterSalt: remoteSalt,
    }
    const config = { keys, profile: ProtectionProfileAes128CmHmacSha1_80 }
    this.#options.onKeys({ srtp: new SrtpSession(config), srtcp: new SrtcpSession(config) })
  }

  #isWhoTheSdpSays(): boolean {
    const { remoteCertificate } = this.#socket
    const { algorithm, value } = this.#options.remote
    if (remoteCertificate === undefined) return false
    const [shown, said] = [fingerprintOf(remoteCertificate, algorithm).value, value.toUpperCase()]
    return shown.length === said.length && timingSafeEqual(Buffer.from(shown), Buffer.from(said))
  }
}
