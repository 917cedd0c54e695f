import type { Clock } from './clock.ts'

/** A clock that stands still until it is told to go on: for tests, and for a walk that is only tried. */
export class SetClock implements Clock {
  #now: number
  #timers: { at: number; task: () => void }[] = []

  constructor(now = Date.parse('2026-11-22T08:00:00Z')) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.length
  }

  /** Milliseconds until the next timer falls due; undefined when none waits. */
  get next(): number | undefined {
    return this.pending === 0 ? undefined : Math.max(0, Math.min(...this.#timers.map(({ at }) => at)) - this.#now)
  }

  /** Goes on by `ms`, calling what falls due in the order of time. */
  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#now = Math.max(this.#now, next.at)
      next.task()
    }
    this.#now = end
  }
}
