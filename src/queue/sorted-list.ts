/** A list kept in order by binary search; no two items may compare as equal. */
export class SortedList<T> {
  readonly #compare: (a: T, b: T) => number
  readonly #items: T[] = []

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  get first(): T | undefined {
    return this.#items[0]
  }

  get length(): number {
    return this.#items.length
  }

  add(item: T): void {
    const last = this.#items.at(-1)
    // Who comes last mostly goes to the end.
    if (last === undefined || this.#compare(last, item) < 0) this.#items.push(item)
    else this.#items.splice(this.#placeOf(item), 0, item)
  }

  delete(item: T): void {
    const index = this.indexOf(item)
    if (index === 0) this.#items.shift()
    else if (index > 0) this.#items.splice(index, 1)
  }

  /** Place of an item counted from 0, or -1. */
  indexOf(item: T): number {
    // The first is asked for most, and a search would touch items all over the memory.
    if (this.#items[0] === item) return 0
    const place = this.#placeOf(item)
    const found = this.#items[place]
    return found !== undefined && this.#compare(found, item) === 0 ? place : -1
  }

  #placeOf(item: T): number {
    let low = 0
    let high = this.#items.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(this.#items[middle] as T, item) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
