export interface TogetherOptions<Item, Result> {
  /** Does several things in one go, all or none; their results in the same order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>
  /** Things in one go at most, and goes at the same time. */
  readonly most: number
  readonly atOnce: number
  /** Things of the same key are not in one go. */
  readonly keyOf: (item: Item) => string
  /** Whether a failure is known to have undone the whole go, perhaps for the sake of one thing in it: each is then done alone. */
  readonly undid: (error: unknown) => boolean
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * Lets what is asked at the same time be done in one go, as a database does with commits: while goes are under way the next one gathers. Who
 * asks alone waits for nobody.
 */
export class Together<Item, Result> {
  readonly #options: TogetherOptions<Item, Result>
  #waiting: Waiting<Item, Result>[] = []
  #underWay = 0
  #called = false

  constructor(options: TogetherOptions<Item, Result>) {
    this.#options = options
  }

  /** Rejects with what the go failed with. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (this.#waiting.length >= this.#options.most) this.#start()
      else this.#startSoon()
    })
  }

  /** After what this turn of the loop still asks for. */
  #startSoon(): void {
    if (this.#called) return
    this.#called = true
    setImmediate(() => {
      this.#called = false
      this.#start()
    })
  }

  #start(): void {
    if (this.#waiting.length === 0 || this.#underWay >= this.#options.atOnce) return
    const going = this.#next()
    this.#underWay += 1
    void this.#go(going).finally(() => {
      this.#underWay -= 1
      if (this.#waiting.length > 0) this.#startSoon()
    })
  }

  /** Takes the first of each key out of the waiting. */
  #next(): Waiting<Item, Result>[] {
    const { most, keyOf } = this.#options
    const going = new Map<string, Waiting<Item, Result>>()
    const left: Waiting<Item, Result>[] = []
    for (const waiting of this.#waiting) {
      const key = keyOf(waiting.item)
      if (going.size < most && !going.has(key)) going.set(key, waiting)
      else left.push(waiting)
    }
    this.#waiting = left
    return [...going.values()]
  }

  async #go(going: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.run(going.map(({ item }) => item))
      for (const [index, { resolve }] of going.entries()) resolve(results[index] as Result)
    } catch (error) {
      if (going.length > 1 && this.#options.undid(error)) for (const one of going) await this.#go([one])
      else for (const { reject } of going) reject(error)
    }
  }
}
