import type { WakeJob } from '../office/step-store.ts'
import type { PlanningClock } from './planning-clock.ts'

/** Milliseconds: everything due within a slot is woken by one job at its end. */
const slot = 60_000
const mostKnown = 10_000

/**
 * Which jobs are planned. One a minute in which anything is due, and not one a ticket: PostgreSQL lets one transaction at a time
 * announce a job (NOTIFY), and every step that moves a limit would queue there.
 */
export class WakePlan {
  readonly #clock: PlanningClock
  readonly #known = new Set<number>()

  constructor({ clock }: { clock: PlanningClock }) {
    this.#clock = clock
  }

  /** The job wanted for something due at a moment; null when it is known to be planned. */
  jobFor(dueAt: number | null): WakeJob | null {
    if (dueAt === null) return null
    // What is over already waits for the end of this minute: the job of an earlier one has run.
    const before = (Math.floor(Math.max(dueAt, this.#clock.now()) / slot) + 1) * slot
    return this.#known.has(before) ? null : { before, runAt: this.#clock.realTimeOf(before) }
  }

  /** The job was committed. */
  planned({ before }: WakeJob): void {
    // The oldest are forgotten; planning one again does no harm.
    for (const old of this.#known) {
      if (this.#known.size < mostKnown) break
      this.#known.delete(old)
    }
    this.#known.add(before)
  }
}
