/** Keys pressed and not yet taken by an application; a ring of the last 100, for nobody types more ahead. */
export class DigitQueue {
  readonly #keys: string[] = []

  push(key: string): void {
    this.#keys.push(key)
    if (this.#keys.length > 100) this.#keys.shift()
  }

  take(): string | undefined {
    return this.#keys.shift()
  }

  clear(): void {
    this.#keys.length = 0
  }
}
