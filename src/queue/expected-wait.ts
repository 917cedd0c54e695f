/** Answers looked back at, and how many are needed before anything is said: a guess from one call would be a lie. */
const remembered = 20
const enough = 3

/**
 * Expected wait of a queue from the pace at which it was answered lately: position × mean time between answers.
 * It follows the number of agents and their handling times without having to know either.
 */
export class ExpectedWait {
  readonly #answers = new Map<string, number[]>()

  /** Notes an answer at `at`, milliseconds since the epoch. */
  answered(queue: string, at: number): void {
    const times = this.#answers.get(queue) ?? []
    times.push(at)
    if (times.length > remembered) times.shift()
    this.#answers.set(queue, times)
  }

  /** Seconds a caller at `position` is expected to wait, or undefined while too little is known. */
  estimate(queue: string, position: number, now: number): number | undefined {
    const times = this.#answers.get(queue)
    const oldest = times?.[0]
    if (!times || oldest === undefined || times.length < enough) return undefined
    // Up to now, not to the last answer: a queue that stopped moving gets slower with every second.
    const pace = (now - oldest) / times.length
    return Math.round((position * pace) / 1000)
  }
}
