import { LRUCache } from 'lru-cache'

/**
 * A map of the `most` keys that were set last: what strangers can make us remember stays bounded. Reading a key does not make it
 * newer. A plain `Map` will not do: asked for its first key it walks over all that were deleted before it, which took 25 µs a
 * key, and up to 150 ms, when a flood of new keys filled one of 50,000.
 */
export class NewestMap<Key extends string, Value extends NonNullable<unknown>> {
  readonly #entries: LRUCache<Key, Value>

  constructor({ most }: { readonly most: number }) {
    this.#entries = new LRUCache({ max: most })
  }

  get size(): number {
    return this.#entries.size
  }

  has(key: Key): boolean {
    return this.#entries.has(key)
  }

  get(key: Key): Value | undefined {
    return this.#entries.peek(key)
  }

  /** The key is the newest from now on; the oldest one goes when it is one too many. */
  set(key: Key, value: Value): void {
    this.#entries.set(key, value)
  }

  delete(key: Key): void {
    this.#entries.delete(key)
  }
}
