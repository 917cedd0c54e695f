import type { Clock } from '../kernel/index.ts'
import type { Alarm, QueueNow } from './alarms.ts'
import { add, noCounts, type QueueCounts, ratesOf } from './figures.ts'
import type { LiveFigures } from './live-figures.ts'

/** Milliseconds between two boards at least: quick enough to be seen as live, and one count for all who look. */
const every = 500
const day = 24 * 60 * 60 * 1000
/** China has one time, UTC+8, without summer time: the hotline's day begins at its midnight. */
const ahead = 8 * 60 * 60 * 1000

export interface BoardOptions {
  readonly live: LiveFigures
  readonly clock: Clock
  /** All queues of the city, those where nobody waits included. */
  readonly queues: readonly string[]
  readonly answerWithinMs: number
  readonly shortAbandonMs: number
  /** Alarms that are on. */
  readonly alarms?: () => readonly Alarm[]
}

/** What the wallboard shows: this moment and today so far, counted once for all who look. */
export class Board {
  readonly #options: BoardOptions
  readonly #watchers = new Set<(text: string) => void>()
  #due = false

  constructor(options: BoardOptions) {
    this.#options = options
  }

  /** Something happened: whoever looks is told soon. */
  changed(): void {
    if (this.#due || this.#watchers.size === 0) return
    this.#due = true
    this.#options.clock.after(every, () => {
      this.#due = false
      this.#tell()
    })
  }

  /** Calls back with the board as JSON, at once and with every change, until the returned function is called. */
  watch(watcher: (text: string) => void): () => void {
    this.#watchers.add(watcher)
    watcher(JSON.stringify(this.now()))
    return () => this.#watchers.delete(watcher)
  }

  now() {
    const { live, clock, queues, alarms = () => [] } = this.#options
    const at = clock.now()
    const { from, counts } = this.#today()
    const waiting = new Map(live.waiting().map((each) => [each.queue, each]))
    const total = [...counts.values()].reduce(add, noCounts)
    return {
      at: new Date(at).toISOString(),
      from: new Date(from).toISOString(),
      answerWithinSeconds: this.#options.answerWithinMs / 1000,
      alarms: alarms().map(({ since, ...alarm }) => ({ ...alarm, since: new Date(since).toISOString() })),
      agents: live.agentsByState(),
      total: figuresOf(total),
      queues: queues.map((queue) => {
        const { waiting: now = 0, longestWaitMs = 0 } = waiting.get(queue) ?? {}
        // An instant, so that the wait grows on the screen without another word from us.
        const waitingSince = now === 0 ? null : new Date(at - longestWaitMs).toISOString()
        return { queue, waiting: now, waitingSince, ...figuresOf(counts.get(queue) ?? noCounts) }
      }),
    }
  }

  /** What the alarms look at: each queue now, and its counts of today. */
  queuesNow(): ReadonlyMap<string, QueueNow> {
    const { live, queues } = this.#options
    const { counts } = this.#today()
    const waits = new Map(live.waiting().map((each) => [each.queue, each]))
    return new Map(
      queues.map((queue) => {
        const { waiting = 0, longestWaitMs = 0 } = waits.get(queue) ?? {}
        return [queue, { waiting, longestWaitMs, counts: counts.get(queue) ?? noCounts }]
      }),
    )
  }

  #today() {
    const { live, clock, answerWithinMs, shortAbandonMs } = this.#options
    const at = clock.now()
    const from = Math.floor((at + ahead) / day) * day - ahead
    return { from, counts: live.counts({ from, to: at + 1 }, { answerWithinMs, shortAbandonMs }) }
  }

  #tell(): void {
    if (this.#watchers.size === 0) return
    const text = JSON.stringify(this.now())
    for (const watcher of this.#watchers) watcher(text)
  }
}

function figuresOf(counts: QueueCounts) {
  const { offered, answered, abandoned, answeredInTime } = counts
  return { offered, answered, abandoned, answeredInTime, ...ratesOf(counts) }
}
