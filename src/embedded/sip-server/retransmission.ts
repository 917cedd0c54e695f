import type { Cancel, Clock } from '../../kernel/index.ts'

export interface RetransmissionOptions {
  readonly clock: Clock
  readonly firstAfter: number
  /** The interval doubles up to this. */
  readonly longest: number
  send(): void
}

/** Sends again and again at doubling intervals until stopped: timers A, E and G and the 2xx of a UAS. */
export class Retransmission {
  readonly #options: RetransmissionOptions
  #interval: number
  #cancel: Cancel

  constructor(options: RetransmissionOptions) {
    this.#options = options
    this.#interval = options.firstAfter
    this.#cancel = options.clock.after(this.#interval, () => this.#fire())
  }

  /** Continues at the longest interval, as timer E does once a provisional response came. */
  slowDown(): void {
    this.#interval = this.#options.longest
  }

  stop(): void {
    this.#cancel()
  }

  #fire(): void {
    this.#interval = Math.min(this.#interval * 2, this.#options.longest)
    this.#cancel = this.#options.clock.after(this.#interval, () => this.#fire())
    this.#options.send()
  }
}
