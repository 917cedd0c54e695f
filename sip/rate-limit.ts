import { type Clock, NewestMap } from '../src/kernel/index.ts'

const trackedAtMost = 10_000

/** A token bucket a source: a burst of one second's worth, then the steady rate. */
export class RateLimit {
  readonly #perSecond: number
  readonly #clock: Clock
  readonly #buckets = new NewestMap<string, { tokens: number; at: number }>({ most: trackedAtMost })

  constructor({ perSecond, clock }: { perSecond: number; clock: Clock }) {
    this.#perSecond = perSecond
    this.#clock = clock
  }

  /** Takes one from the source's bucket; false when it is empty. */
  allow(source: string): boolean {
    const now = this.#clock.now()
    const bucket = this.#buckets.get(source) ?? { tokens: this.#perSecond, at: now }
    // A clock that was set back must not take away what is there.
    const elapsed = Math.max(0, now - bucket.at)
    const tokens = Math.min(this.#perSecond, bucket.tokens + (elapsed * this.#perSecond) / 1000)
    this.#buckets.set(source, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now })
    return tokens >= 1
  }
}
