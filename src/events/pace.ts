/**
 * Lets a few things happen at once, and when there are many of them so many a second. The time is real where a test sets the
 * clock, too: it is a matter of load.
 */
export class Pace {
  readonly #burst: number
  readonly #everyMs: number
  #left: number
  #countedAt = performance.now()
  #go: () => void = () => {}

  constructor({ burst, everyMs }: { burst: number; everyMs: number }) {
    this.#burst = burst
    this.#everyMs = everyMs
    this.#left = burst
  }

  /** Resolves when the next may happen. */
  async turn(): Promise<void> {
    this.#count()
    if (this.#left < 1) await this.#wait((1 - this.#left) * this.#everyMs)
    this.#left -= 1
  }

  /** Whoever waits for a turn waits no longer. */
  hurry(): void {
    this.#go()
  }

  #count(): void {
    const now = performance.now()
    this.#left = Math.min(this.#burst, this.#left + (now - this.#countedAt) / this.#everyMs)
    this.#countedAt = now
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#go = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#go = () => {}
    this.#count()
  }
}
