import type { HotlineEvent } from '../events/index.ts'
import type { Clock } from '../kernel/index.ts'
import { type CallbackCounts, type CallbackRecord, citizensOutcomes, countCallbacks } from './callback-figures.ts'
import { keptFor } from './figures.ts'

export interface OpenCallbacks {
  readonly queue: string | null
  readonly open: number
  /** How long the oldest has been open, milliseconds. */
  readonly longestMs: number
}

/** The figures of callbacks in memory, up to this moment. Facts may come twice: nothing changes. */
export class LiveCallbacks {
  readonly #clock: Clock
  readonly #records = new Map<string, CallbackRecord>()

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  take({ type, data, time }: HotlineEvent): void {
    if (type === 'callback.opened') {
      const { callbackId, queue, kind, missedCalls } = data
      if (this.#records.has(callbackId)) return
      const nothingYet = { failedCalls: new Set<string>(), reachedAt: null, outcome: null }
      this.#records.set(callbackId, { queue, kind, openedAt: time, missedCalls, ...nothingYet })
      return this.#sweep()
    }
    const record = 'callbackId' in data ? this.#records.get(data.callbackId) : undefined
    if (!record) return
    if (type === 'callback.merged') record.missedCalls = Math.max(record.missedCalls, data.missedCalls)
    if (type === 'callback.reached') record.reachedAt ??= time
    if (type === 'callback.closed') record.outcome ??= data.outcome
    if (type === 'callback.failed' && citizensOutcomes.includes(data.outcome)) record.failedCalls.add(data.callId)
  }

  /** Counts by queue of the callbacks opened from `from` (inclusive) to `to` (exclusive), milliseconds since the epoch. */
  counts({ from, to }: { from: number; to: number }): Map<string | null, CallbackCounts> {
    const wanted = [...this.#records.values()].filter(({ openedAt }) => openedAt >= from && openedAt < to)
    return new Map([...byQueue(wanted)].map(([queue, records]) => [queue, countCallbacks(records)]))
  }

  /** Those open now, by queue. */
  open(): OpenCallbacks[] {
    const now = this.#clock.now()
    const open = [...this.#records.values()].filter(({ outcome }) => outcome === null)
    return [...byQueue(open)].map(([queue, records]) => {
      const longestMs = Math.max(...records.map(({ openedAt }) => now - openedAt))
      return { queue, open: records.length, longestMs }
    })
  }

  #sweep(): void {
    const oldest = this.#clock.now() - keptFor
    for (const [callbackId, { outcome, openedAt }] of this.#records) {
      // In the order in which they were opened: behind the first that is young enough are only younger ones.
      if (openedAt >= oldest) return
      if (outcome !== null) this.#records.delete(callbackId)
    }
  }
}

function byQueue(records: readonly CallbackRecord[]): Map<string | null, CallbackRecord[]> {
  const queues = new Map<string | null, CallbackRecord[]>()
  for (const record of records) queues.set(record.queue, [...(queues.get(record.queue) ?? []), record])
  return queues
}
