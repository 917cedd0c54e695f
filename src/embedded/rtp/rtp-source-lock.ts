/** Where a packet came from. */
interface Source {
  readonly address: string
  readonly port: number
}

/** Silence after which another port of an allowed address may take over. */
const takeoverMs = 500

/**
 * Decides whose packets are heard. Only addresses that signalling named are ever believed: the one in the SDP, and
 * the one the SIP message came from (comedia, RFC 4145's idea for a phone behind NAT). Among those the first port that
 * sends is kept while it sends, so that nobody beside it can talk over it.
 */
export class RtpSourceLock {
  #allowed: readonly string[] = []
  #address = ''
  #port = 0
  #heardAt = 0

  allow(addresses: readonly string[]): void {
    this.#allowed = addresses
    this.#port = 0
  }

  accepts(source: Source, now: number): boolean {
    if (source.port === this.#port && source.address === this.#address) {
      this.#heardAt = now
      return true
    }
    if (!this.#allowed.includes(source.address)) return false
    if (this.#port !== 0 && now - this.#heardAt < takeoverMs) return false
    this.#address = source.address
    this.#port = source.port
    this.#heardAt = now
    return true
  }

  /** The source in use, once there is one. */
  get current(): Source | undefined {
    return this.#port === 0 ? undefined : { address: this.#address, port: this.#port }
  }
}
