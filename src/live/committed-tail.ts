import type { CommittedEvent, EventLog } from '../events/index.ts'

const kept = 5000
const readAtOnce = 500

/** The end of the log in memory, so that a thousand consumers who keep up cost the database nothing. */
export class CommittedTail {
  readonly #log: EventLog
  readonly #recent: CommittedEvent[] = []
  readonly #listeners = new Set<() => void>()
  #last: number

  /** `last` is the newest sequence in the database at start. */
  constructor({ log, last }: { log: EventLog; last: number }) {
    this.#log = log
    this.#last = last
    log.onCommitted((events) => this.#add(events))
  }

  /** The newest committed sequence. */
  get last(): number {
    return this.#last
  }

  /** Calls back after every commit until the returned function is called. */
  onGrowth(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The next events after a sequence: from memory when they are there, else from the database. */
  async after(sequence: number): Promise<readonly CommittedEvent[]> {
    const first = this.#recent[0]
    if (first && first.sequence <= sequence + 1) return this.#fromMemory(sequence)
    return this.#log.read({ after: sequence, limit: readAtOnce })
  }

  #fromMemory(sequence: number): CommittedEvent[] {
    let low = 0
    let high = this.#recent.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#recent[middle]?.sequence ?? 0) <= sequence) low = middle + 1
      else high = middle
    }
    return this.#recent.slice(low, low + readAtOnce)
  }

  #add(events: readonly CommittedEvent[]): void {
    // Facts an earlier process committed may be told again when we learn of it; they are in the database already.
    const fresh = events.filter(({ sequence }) => sequence > this.#last)
    for (const event of fresh) {
      // A gap may be the facts of another process: what lies before it is read from the database.
      if (event.sequence !== this.#last + 1) this.#recent.length = 0
      this.#recent.push(event)
      this.#last = event.sequence
    }
    if (this.#recent.length > 2 * kept) this.#recent.splice(0, this.#recent.length - kept)
    for (const listener of this.#listeners) listener()
  }
}
