/** Where a packet came from. */
interface Source {
  readonly address: string
  readonly port: number
}

/** Silence after which another port of an allowed address may take over. */
const takeoverMs = 500
/** Packets in a row from nowhere signalled after which that is believed, as FreeSWITCH's auto-adjustment counts them. */
const strangerPackets = 10

/**
 * Decides whose packets are heard. The addresses that signalling named are believed at once: the one in the SDP, and
 * the one the SIP message came from (comedia, RFC 4145's idea for a phone behind NAT). While nothing came from there,
 * a steady sender from elsewhere is followed: a phone with several addresses, or behind NAT and a proxy, sends from
 * another than it names. Whoever was first is kept while it sends, so that nobody beside it can talk over it, but for the very port
 * that was named: what else comes from its address may be meant for a call that had this port before.
 */
export class RtpSourceLock {
  #allowed: readonly string[] = []
  #named: Source = { address: '', port: 0 }
  #address = ''
  #port = 0
  #heardAt = 0
  #stranger = { address: '', port: 0, packets: 0 }

  /** `named` is what the SDP says; `from` the address the SIP message came from, where that is another. */
  allow(named: Source, from = named.address): void {
    this.#named = named
    this.#allowed = [named.address, from]
    this.#port = 0
    this.#stranger = { address: '', port: 0, packets: 0 }
  }

  accepts(source: Source, now: number): boolean {
    if (source.port === this.#port && source.address === this.#address) {
      this.#heardAt = now
      return true
    }
    if (!this.#allowed.includes(source.address) && !this.#isSteadyStranger(source)) return false
    const isNamed = source.port === this.#named.port && source.address === this.#named.address
    if (this.#port !== 0 && !isNamed && now - this.#heardAt < takeoverMs) return false
    this.#address = source.address
    this.#port = source.port
    this.#heardAt = now
    return true
  }

  /** Only while nobody was heard: once somebody was, a stranger is never followed. */
  #isSteadyStranger({ address, port }: Source): boolean {
    if (this.#port !== 0) return false
    const same = address === this.#stranger.address && port === this.#stranger.port
    this.#stranger = { address, port, packets: same ? this.#stranger.packets + 1 : 1 }
    return this.#stranger.packets >= strangerPackets
  }

  /** The source in use, once there is one. */
  get current(): Source | undefined {
    return this.#port === 0 ? undefined : { address: this.#address, port: this.#port }
  }
}
