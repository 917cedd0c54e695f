import type { Cancel, Clock } from '../kernel/index.ts'

/** The deadline of a call's present transitional state: at most one, the last that was set. */
export class Deadline {
  readonly #clock: Clock
  #cancel: Cancel = () => {}

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** Replaces the one before; `ms` milliseconds from now. */
  set(ms: number, then: () => void): void {
    this.#cancel()
    this.#cancel = this.#clock.after(ms, then)
  }

  cancel(): void {
    this.#cancel()
  }
}
