/**
 * Time as the centre sees it. Everything that waits or dates a fact takes a Clock, so that unit tests set the time
 * and never sleep.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z. */
  now(): number
  /** Calls `task` once after `ms` milliseconds; the returned function cancels it and may be called twice. */
  after(ms: number, task: () => void): Cancel
}

export type Cancel = () => void

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}
