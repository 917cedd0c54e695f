import type { HotlineEvent } from '../events/index.ts'

/** What came of callbacks; see docs/metrics.md. */
export interface CallbackCounts {
  readonly asked: number
  readonly missed: number
  readonly opened: number
  readonly missedCalls: number
  readonly kept: number
  readonly reached: number
  readonly failedAttempts: number
  readonly answered: number
  readonly failed: number
  readonly expired: number
  readonly cancelled: number
  readonly merged: number
  readonly stillOpen: number
  /** Null when none was reached. */
  readonly medianSecondsToReach: number | null
}

/** One callback as its facts told it. */
export interface CallbackRecord {
  readonly queue: string | null
  readonly kind: 'requested' | 'missed' | 'opened'
  readonly openedAt: number
  missedCalls: number
  /** Calls on which the citizen's phone was rung in vain; by the call, so that a fact that comes twice counts once. */
  readonly failedCalls: Set<string>
  reachedAt: number | null
  outcome: Extract<HotlineEvent, { type: 'callback.closed' }>['data']['outcome'] | null
}

/** Outcomes of an attempt that are the citizen's, and not ours. */
export const citizensOutcomes: readonly string[] = ['busy', 'noAnswer', 'rejected', 'unreachable']

export function countCallbacks(records: readonly CallbackRecord[]): CallbackCounts {
  const number = (counts: (record: CallbackRecord) => boolean) => records.filter(counts).length
  const closedAs = (wanted: CallbackRecord['outcome']) => number(({ outcome }) => outcome === wanted)
  const sum = (of: (record: CallbackRecord) => number) => records.reduce((all, record) => all + of(record), 0)
  return {
    asked: number(({ kind }) => kind === 'requested'),
    missed: number(({ kind }) => kind === 'missed'),
    opened: number(({ kind }) => kind === 'opened'),
    missedCalls: sum(({ missedCalls }) => missedCalls),
    kept: number(({ failedCalls, reachedAt }) => failedCalls.size > 0 || reachedAt !== null),
    reached: number(({ reachedAt }) => reachedAt !== null),
    failedAttempts: sum(({ failedCalls }) => failedCalls.size),
    answered: closedAs('answered'),
    failed: closedAs('failed'),
    expired: closedAs('expired'),
    cancelled: closedAs('cancelled'),
    merged: closedAs('merged'),
    stillOpen: closedAs(null),
    medianSecondsToReach: median(
      records.flatMap(({ openedAt, reachedAt }) => (reachedAt === null ? [] : [(reachedAt - openedAt) / 1000])),
    ),
  }
}

/** Of an even number of values the mean of the two in the middle. */
function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
