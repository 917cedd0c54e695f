import { type Clock, type Logger, messageOf } from '../kernel/index.ts'
import type { LegId, SwitchPort } from '../switch/index.ts'

/** Milliseconds a leg stays doomed: longer than any phone rings. */
const doomLasts = 120_000

/** Legs that nobody wants any more: a CANCEL that crossed an answer, a phone dialled too late. They are hung up whenever they show. */
export class DoomedLegs {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #onForgotten: (legId: LegId) => void
  readonly #doomed = new Map<LegId, () => void>()

  constructor({
    clock,
    logger,
    onForgotten,
  }: {
    clock: Clock
    logger: Logger
    /** The leg has not shown in all the time. */
    onForgotten: (legId: LegId) => void
  }) {
    this.#clock = clock
    this.#logger = logger
    this.#onForgotten = onForgotten
  }

  has(legId: LegId): boolean {
    return this.#doomed.has(legId)
  }

  add(legId: LegId): void {
    if (this.#doomed.has(legId)) return
    const cancel = this.#clock.after(doomLasts, () => {
      this.#doomed.delete(legId)
      this.#onForgotten(legId)
    })
    this.#doomed.set(legId, cancel)
  }

  /** The leg has ended. */
  ended(legId: LegId): void {
    this.#doomed.get(legId)?.()
    this.#doomed.delete(legId)
  }

  hangUp(switchPort: SwitchPort, legId: LegId): void {
    switchPort.hangUp(legId, 'NORMAL_CLEARING').catch((error: unknown) => {
      this.#logger.warn({ legId, reason: messageOf(error) }, 'a leg nobody wants could not be hung up yet')
    })
  }

  close(): void {
    for (const cancel of this.#doomed.values()) cancel()
  }
}
