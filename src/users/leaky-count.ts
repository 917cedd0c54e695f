import { type Clock, NewestMap } from '../kernel/index.ts'

/** Counts by key that leak away: `most` at once, and one more for every `onePer` milliseconds. */
export class LeakyCount {
  readonly #most: number
  readonly #onePer: number
  readonly #clock: Clock
  readonly #counts: NewestMap<string, { readonly level: number; readonly at: number }>

  constructor({
    most,
    onePer,
    remembered,
    clock,
  }: {
    most: number
    onePer: number
    remembered: number
    clock: Clock
  }) {
    this.#most = most
    this.#onePer = onePer
    this.#clock = clock
    this.#counts = new NewestMap({ most: remembered })
  }

  /** Milliseconds until one more fits; 0: now. */
  waitMs(key: string): number {
    const over = this.#level(key) + 1 - this.#most
    return over <= 0 ? 0 : Math.ceil(over * this.#onePer)
  }

  add(key: string): void {
    const level = this.#level(key) + 1
    this.#counts.set(key, { level, at: this.#clock.now() })
  }

  forget(key: string): void {
    this.#counts.delete(key)
  }

  #level(key: string): number {
    const { level, at } = this.#counts.get(key) ?? { level: 0, at: 0 }
    return Math.max(0, level - (this.#clock.now() - at) / this.#onePer)
  }
}
