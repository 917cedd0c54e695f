/**
 * Who stands at the head of each line, in two arrays of numbers: a decision compares up to hundreds of heads, and of them it must
 * not touch more memory than that.
 */
export class Heads {
  readonly #priorities: number[] = []
  /** Infinity where nobody waits. */
  readonly #queuedAt: number[] = []

  set(line: number, head: { readonly priority: number; readonly queuedAt: number } | undefined): void {
    this.#priorities[line] = head?.priority ?? 0
    this.#queuedAt[line] = head?.queuedAt ?? Number.POSITIVE_INFINITY
  }

  isEmpty(line: number): boolean {
    return this.#queuedAt[line] === Number.POSITIVE_INFINITY
  }

  /** Less than nothing when it is the turn of the first line's head; nothing when their names decide. */
  compare(line: number, other: number): number {
    return (
      (this.#priorities[other] ?? 0) - (this.#priorities[line] ?? 0) ||
      (this.#queuedAt[line] ?? 0) - (this.#queuedAt[other] ?? 0)
    )
  }
}
