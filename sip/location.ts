import { type Clock, isBrowserPhone } from '../src/kernel/index.ts'

/** Where a phone can be reached: one contact of an address-of-record (RFC 3261 section 10). */
export interface Binding {
  readonly username: string
  /** The Contact as the phone gave it. */
  readonly contact: string
  /** The URI we send to: the contact, at the address the phone really sends from. */
  readonly route: string
  readonly callId: string
  readonly cseq: number
  readonly userAgent: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

const contactsPerPhone = 5

/** Registrations in memory; {@link LocationStore} keeps them through a restart of the edge. */
export class Location {
  readonly #clock: Clock
  readonly #bindings = new Map<string, Binding[]>()

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** Bindings of a phone that have not expired, the newest first. */
  of(username: string): Binding[] {
    const now = this.#clock.now()
    const alive = (this.#bindings.get(username) ?? []).filter(({ expiresAt }) => expiresAt > now)
    if (alive.length > 0) this.#bindings.set(username, alive)
    else this.#bindings.delete(username)
    return alive
  }

  /** All bindings that have not expired. */
  all(): Binding[] {
    return [...this.#bindings.keys()].flatMap((username) => this.of(username))
  }

  /**
   * Adds or renews a binding. A phone that moved to another port keeps its Call-ID and replaces its old contact; the
   * contacts of one REGISTER have the CSeq in common too, and are all kept.
   */
  put(binding: Binding): void {
    const { username, contact, callId, cseq } = binding
    // An agent's page that is loaded again has a contact of its own, and the one before is gone without a word.
    if (isBrowserPhone(username)) return void this.#bindings.set(username, [binding])
    const isOther = (known: Binding) => known.contact !== contact && (known.callId !== callId || known.cseq === cseq)
    const others = this.of(username).filter(isOther)
    this.#bindings.set(username, [binding, ...others].slice(0, contactsPerPhone))
  }

  remove(username: string, contact: string): void {
    const left = this.of(username).filter((binding) => binding.contact !== contact)
    if (left.length > 0) this.#bindings.set(username, left)
    else this.#bindings.delete(username)
  }

  clear(username: string): void {
    this.#bindings.delete(username)
  }
}
