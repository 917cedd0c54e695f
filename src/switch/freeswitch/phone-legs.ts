import type { Clock } from '../../kernel/index.ts'
import type { LegId, SwitchEvent } from '../switch-port.ts'

/** Milliseconds after which a phone is dialled although the leg that leaves it has not ended. */
const leavesWithin = 1000
/** Milliseconds after which a leg that the switch does not list is none. */
const listedWithin = 5000

interface PhoneLeg {
  readonly extension: string
  readonly dialledAt: number
}

/**
 * Which legs are at which phone. FreeSWITCH does what it is asked for a leg in that leg's own thread, which looks every 20 ms:
 * the INVITE of the next call overtakes the BYE or CANCEL of the one before (11 ms were seen), and a phone with one line
 * answers it with 486.
 */
export class PhoneLegs {
  readonly #clock: Clock
  readonly #legs = new Map<LegId, PhoneLeg>()
  /** Legs whose end was asked for, and when; few at any time. */
  readonly #leaving = new Map<LegId, PhoneLeg & { readonly leftAt: number }>()
  readonly #watchers = new Set<() => void>()

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /**
   * Takes note of a leg to be dialled. Undefined when it can be at once; otherwise resolves when no other leg is leaving the
   * phone, with whether this one is wanted still.
   */
  beforeDialling(legId: LegId, extension: string): Promise<boolean> | undefined {
    const leg = { extension, dialledAt: this.#clock.now() }
    this.#legs.set(legId, leg)
    return this.#isBeingLeft(extension) ? this.#whenLeft(legId, leg) : undefined
  }

  /** The end of the leg is asked for. */
  leaves(legId: LegId): void {
    const leg = this.#legs.get(legId)
    if (!leg || this.#leaving.has(legId)) return
    this.#leaving.set(legId, { ...leg, leftAt: this.#clock.now() })
    this.#changed()
  }

  /** The phone did not answer. That FreeSWITCH gave up does not say that the CANCEL we asked for is under way. */
  failed(legId: LegId): void {
    if (!this.#leaving.has(legId)) this.#legs.delete(legId)
  }

  /** Every event of the switch comes through here. */
  note(event: SwitchEvent): void {
    if (event.type === 'leg.ended') this.#forget(event.legId)
    if (event.type === 'switch.listed') this.#forgetUnlisted(new Set(event.channels.map(({ legId }) => legId)))
    // Ends may have been missed, and are from now on: nothing is known any more.
    if (event.type === 'switch.lost') for (const legId of [...this.#legs.keys()]) this.#forget(legId)
  }

  async #whenLeft(legId: LegId, { extension, dialledAt }: PhoneLeg): Promise<boolean> {
    const end = dialledAt + leavesWithin
    const givenUp = () => this.#leaving.has(legId)
    while (!givenUp() && this.#isBeingLeft(extension) && this.#clock.now() < end)
      await this.#change(end - this.#clock.now())
    if (!givenUp()) return true
    // There is no leg that could end.
    this.#forget(legId)
    return false
  }

  #isBeingLeft(extension: string): boolean {
    const latest = this.#clock.now() - leavesWithin
    return [...this.#leaving.values()].some((leg) => leg.extension === extension && leg.leftAt > latest)
  }

  #forgetUnlisted(listed: ReadonlySet<LegId>): void {
    const latest = this.#clock.now() - listedWithin
    for (const [legId, { dialledAt }] of this.#legs) if (dialledAt < latest && !listed.has(legId)) this.#forget(legId)
  }

  #forget(legId: LegId): void {
    this.#legs.delete(legId)
    if (this.#leaving.delete(legId)) this.#changed()
  }

  #change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        this.#watchers.delete(done)
        resolve()
      }
      const cancel = this.#clock.after(withinMs, done)
      this.#watchers.add(done)
    })
  }

  #changed(): void {
    for (const done of [...this.#watchers]) done()
  }
}
