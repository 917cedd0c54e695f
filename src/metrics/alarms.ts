import type { Clock } from '../kernel/index.ts'
import { answerRates, type QueueCounts } from './figures.ts'
import { type Place, places, type WaitingNow } from './places.ts'

/** Which figure of a queue or of a line an alarm is of. */
export type AlarmKind = 'waiting' | 'longestWait' | 'answeredInTime'

/** What a city wants to be alarmed at; a figure it leaves out never is. */
export interface AlarmThresholds {
  /** Callers waiting, so many or more. */
  readonly waiting?: number | undefined
  /** Seconds of the longest wait, so many or more. */
  readonly longestWait?: number | undefined
  /** Per cent of today's calls answered in time, below this. */
  readonly answeredInTime?: number | undefined
}

export interface Alarm {
  readonly place: Place
  /** The queue, or the number that was dialled. */
  readonly name: string
  readonly kind: AlarmKind
  readonly threshold: number
  /** The figure when the alarm began. */
  readonly value: number
  /** Milliseconds since the epoch. */
  readonly since: number
}

/** A queue or a line as it is at this moment. */
export interface PlaceNow extends WaitingNow {
  /** Of today so far. */
  readonly counts: QueueCounts
}

/** Something by name for all queues, and for all lines. */
export type ByPlace<Each> = Readonly<Record<Place, ReadonlyMap<string, Each>>>

export interface AlarmsOptions {
  readonly clock: Clock
  readonly thresholds: ByPlace<AlarmThresholds>
  /** What queues and lines are at this moment. */
  readonly look: () => ByPlace<PlaceNow>
  /** Alarms that had begun, and not ended, when the service last stopped. */
  readonly open: readonly Alarm[]
  readonly facts: {
    readonly began: (alarm: Omit<Alarm, 'since'>, at: number) => void
    readonly ended: (alarm: Pick<Alarm, 'place' | 'name' | 'kind'> & { lastedMs: number }, at: number) => void
  }
}

/** Milliseconds: a wait grows without anything else happening. */
const every = 1000
/** One call more or less of fewer than these would begin and end the alarm. */
const enoughCalls = 10

/** Begins and ends the alarms of queues and lines, and tells each once. */
export class Alarms {
  readonly #options: AlarmsOptions
  readonly #open = new Map<string, Alarm>()
  #stop = () => {}

  constructor(options: AlarmsOptions) {
    this.#options = options
    for (const alarm of options.open) this.#open.set(keyOf(alarm), alarm)
  }

  start(): void {
    this.look()
    this.#stop = this.#options.clock.after(every, () => this.start())
  }

  stop(): void {
    this.#stop()
  }

  /** Those that are on, the oldest first. */
  now(): Alarm[] {
    return [...this.#open.values()].sort((a, b) => a.since - b.since)
  }

  /** Holds every figure against its threshold. */
  look(): void {
    const { thresholds, look } = this.#options
    const now = look()
    const exceeded = places.flatMap((place) =>
      [...thresholds[place]].flatMap(([name, limits]) =>
        exceededOf(limits, now[place].get(name)).map((alarm) => ({ place, name, ...alarm })),
      ),
    )
    const keys = new Set(exceeded.map(keyOf))
    for (const alarm of this.#open.values()) if (!keys.has(keyOf(alarm))) this.#end(alarm)
    for (const alarm of exceeded) if (!this.#open.has(keyOf(alarm))) this.#begin(alarm)
  }

  #begin(alarm: Omit<Alarm, 'since'>): void {
    const since = this.#options.clock.now()
    this.#open.set(keyOf(alarm), { ...alarm, since })
    this.#options.facts.began(alarm, since)
  }

  #end(alarm: Alarm): void {
    const { place, name, kind, since } = alarm
    const now = this.#options.clock.now()
    this.#open.delete(keyOf(alarm))
    this.#options.facts.ended({ place, name, kind, lastedMs: Math.max(0, now - since) }, now)
  }
}

function keyOf({ place, name, kind }: Pick<Alarm, 'place' | 'name' | 'kind'>): string {
  return `${place} ${name} ${kind}`
}

function exceededOf(limits: AlarmThresholds, now: PlaceNow | undefined): Pick<Alarm, 'kind' | 'threshold' | 'value'>[] {
  if (!now) return []
  const share = now.counts.offered < enoughCalls ? null : answerRates.answeredInTimeOfOffered(now.counts)
  const { waiting, longestWait, answeredInTime } = limits
  const seconds = Math.floor(now.longestWaitMs / 1000)
  const percent = share === null ? null : Math.round(share * 1000) / 10
  return [
    ...(waiting !== undefined && now.waiting >= waiting
      ? [{ kind: 'waiting' as const, threshold: waiting, value: now.waiting }]
      : []),
    ...(longestWait !== undefined && now.waiting > 0 && seconds >= longestWait
      ? [{ kind: 'longestWait' as const, threshold: longestWait, value: seconds }]
      : []),
    ...(answeredInTime !== undefined && percent !== null && percent < answeredInTime
      ? [{ kind: 'answeredInTime' as const, threshold: answeredInTime, value: percent }]
      : []),
  ]
}
