import type { Cancel, Clock } from '../kernel/index.ts'
import type { Alarm, ByPlace, PlaceNow } from './alarms.ts'
import { add, noCounts, type QueueCounts, ratesOf } from './figures.ts'
import { noQueue } from './live-calls-out.ts'
import type { LiveFigures } from './live-figures.ts'
import { type Place, sumBy, waits } from './places.ts'

/** Milliseconds between two boards at least: quick enough to be seen as live, and one count for all who look. */
const every = 500
/** Milliseconds after which a board is told although nothing happened: today ends at midnight, and a screen that hears nothing has a dead line. */
const atLatest = 5000
const day = 24 * 60 * 60 * 1000
/** China has one time, UTC+8, without summer time: the hotline's day begins at its midnight. */
const ahead = 8 * 60 * 60 * 1000

export interface BoardOptions {
  readonly live: LiveFigures
  readonly clock: Clock
  /** All queues of the city, those where nobody waits included. */
  readonly queues: readonly string[]
  /** Our numbers; others are told of too as soon as somebody calls them. */
  readonly lines: () => Iterable<string>
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
  #cancelQuiet: Cancel = () => {}

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

  /** Calls back with the board as JSON, at once, with every change and every 5 s, until the returned function is called. */
  watch(watcher: (text: string) => void): () => void {
    this.#watchers.add(watcher)
    watcher(JSON.stringify(this.now()))
    if (this.#watchers.size === 1) this.#tellLater()
    return () => {
      this.#watchers.delete(watcher)
      if (this.#watchers.size === 0) this.#cancelQuiet()
    }
  }

  now() {
    const { alarms = () => [], answerWithinMs } = this.#options
    const { at, from, total, queue, line } = this.#look()
    return {
      at: new Date(at).toISOString(),
      from: new Date(from).toISOString(),
      answerWithinSeconds: answerWithinMs / 1000,
      alarms: alarms().map(({ since, ...alarm }) => ({ ...alarm, since: new Date(since).toISOString() })),
      agents: this.#options.live.agentsByState(),
      total: figuresOf(total),
      queues: [...queue].map(([name, now]) => ({ queue: name === noQueue ? null : name, ...shown(now, at) })),
      lines: [...line].map(([name, now]) => ({ line: name, ...shown(now, at) })),
    }
  }

  /** What the alarms look at: each queue and each line now, and its counts of today. */
  places(): ByPlace<PlaceNow> {
    return this.#look()
  }

  #look() {
    const { live, clock, queues, lines, answerWithinMs, shortAbandonMs } = this.#options
    const at = clock.now()
    const from = Math.floor((at + ahead) / day) * day - ahead
    const counts = live.counts({ from, to: at + 1 }, { answerWithinMs, shortAbandonMs })
    const waiting = live.waiting()
    const of = (place: Place, known: Iterable<string>): Map<string, PlaceNow> => {
      const [counted, waited] = [sumBy(place, counts, { none: noCounts, add }), sumBy(place, waiting, waits)]
      const names = new Set([...known, ...counted.keys(), ...waited.keys()])
      return new Map(
        [...names].map((name) => [
          name,
          { ...(waited.get(name) ?? waits.none), counts: counted.get(name) ?? noCounts },
        ]),
      )
    }
    return {
      at,
      from,
      total: counts.reduce<QueueCounts>(add, noCounts),
      queue: of('queue', queues),
      line: of('line', lines()),
    }
  }

  #tell(): void {
    if (this.#watchers.size === 0) return
    const text = JSON.stringify(this.now())
    for (const watcher of this.#watchers) watcher(text)
    this.#tellLater()
  }

  #tellLater(): void {
    this.#cancelQuiet()
    this.#cancelQuiet = this.#options.clock.after(atLatest, () => this.#tell())
  }
}

function shown({ waiting, longestWaitMs, counts }: PlaceNow, at: number) {
  // An instant, so that the wait grows on the screen without another word from us.
  const waitingSince = waiting === 0 ? null : new Date(at - longestWaitMs).toISOString()
  return { waiting, waitingSince, ...figuresOf(counts) }
}

function figuresOf(counts: QueueCounts) {
  const { offered, answered, abandoned, answeredInTime, out } = counts
  return { offered, answered, abandoned, answeredInTime, out, ...ratesOf(counts) }
}
