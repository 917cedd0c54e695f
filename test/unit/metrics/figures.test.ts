import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import { EventJournal, EventLog, RecordProjector } from '../../../src/events/index.ts'
import { systemClock } from '../../../src/kernel/index.ts'
import { count, HistoryStore, LiveFigures, noCounts, type QueueCounts, ratesOf } from '../../../src/metrics/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { recordAbandonedCall, recordAnsweredCall, recordWaitingCall } from '../../support/recorded-calls.ts'
import { SetClock } from '../../support/set-clock.ts'

const thresholds = { answerWithinMs: 15_000, shortAbandonMs: 5000 }
const quarter = 15 * 60 * 1000

test('answer rates - the six definitions, from one set of calls', () => {
  // 10 offered: 6 answered (4 in time), 4 abandoned (3 in time, 1 of them short).
  const counts: QueueCounts = {
    ...noCounts,
    offered: 10,
    answered: 6,
    abandoned: 4,
    answeredInTime: 4,
    abandonedInTime: 3,
    shortAbandons: 1,
    waitedMs: 60_000,
  }

  const { rates, averageSpeedOfAnswer } = ratesOf(counts)

  expect(rates.answeredInTimeOfAnswered).toBeCloseTo(4 / 6)
  expect(rates.handledInTimeOfOffered).toBeCloseTo(7 / 10)
  expect(rates.answeredInTimeOfOffered).toBeCloseTo(4 / 10)
  expect(rates.answeredInTimeOfOfferedWithoutEarlyAbandons).toBeCloseTo(4 / 7)
  expect(rates.answeredOfOfferedWithoutShortAbandons).toBeCloseTo(6 / 9)
  expect(rates.answeredOfOffered).toBeCloseTo(6 / 10)
  expect(averageSpeedOfAnswer).toBe(10)
})

test('answer rates - nothing counted is null, not zero and not a hundred per cent', () => {
  const { rates, averageSpeedOfAnswer } = ratesOf(noCounts)

  expect(Object.values(rates).every((rate) => rate === null)).toBe(true)
  expect(averageSpeedOfAnswer).toBeNull()
})

test('counting - exactly at the threshold is in time, a millisecond later is not', () => {
  const call = { queue: 'q', queuedAt: 0, abandonedAt: null }

  expect(count(noCounts, { ...call, answeredAt: 15_000 }, thresholds).answeredInTime).toBe(1)
  expect(count(noCounts, { ...call, answeredAt: 15_001 }, thresholds).answeredInTime).toBe(0)
})

let db: Database
let log: EventLog
beforeEach(async () => {
  db = await newDatabase()
  const { journal, left } = EventJournal.open({ folder: mkdtempSync(join(tmpdir(), 'yihao-')), logger: silent })
  log = new EventLog({ db, journal, left, clock: systemClock, logger: silent })
})
afterEach(async () => {
  await log.close()
  await db.destroy()
})

test('figures - by SQL over the log and live in memory are equal, by queue and by 15-minute interval', async () => {
  const start = Date.parse('2026-11-22T08:00:00Z')
  const clock = new SetClock(start + 4 * quarter)
  const live = new LiveFigures({ clock })
  log.onRecorded((event) => live.take(event))
  const outcome = fc.constantFrom('answered', 'abandoned', 'waiting')
  const queue = fc.constantFrom('tax', 'general')
  const call = fc.record({ outcome, queue, at: fc.nat(4 * quarter - 1), wait: fc.nat(60_000) })
  for (const each of fc.sample(call, 300)) {
    const queuedAt = start + each.at
    const place = { queue: each.queue, queuedAt }
    if (each.outcome === 'answered')
      recordAnsweredCall(log, { ...place, answeredAt: queuedAt + each.wait, releasedAt: queuedAt + each.wait + 1 })
    if (each.outcome === 'abandoned') recordAbandonedCall(log, { ...place, abandonedAt: queuedAt + each.wait })
    if (each.outcome === 'waiting') recordWaitingCall(log, place)
  }
  await log.flush(10_000)
  await new RecordProjector({ db, clock: systemClock, logger: silent }).catchUp()

  const span = { from: new Date(start), to: new Date(start + 4 * quarter) }
  const intervals = await new HistoryStore({ db }).intervals(span, 15, thresholds)

  expect(intervals.length).toBe(8)
  for (const { queue: name, start: from, ...counts } of intervals) {
    const inMemory = live.counts({ from: from.getTime(), to: from.getTime() + quarter }, thresholds).get(name)
    expect(inMemory).toEqual(counts)
  }
})

test('figures - the same facts twice, or in another order, count once', async () => {
  const clock = new SetClock()
  const once = new LiveFigures({ clock })
  const twice = new LiveFigures({ clock })
  log.onRecorded((event) => {
    once.take(event)
    twice.take(event)
    twice.take(event)
  })
  const queuedAt = clock.now()
  recordAnsweredCall(log, { queue: 'tax', queuedAt, answeredAt: queuedAt + 1000, releasedAt: queuedAt + 2000 })
  recordAbandonedCall(log, { queue: 'tax', queuedAt, abandonedAt: queuedAt + 3000 })

  const span = { from: 0, to: queuedAt + 1 }
  expect(twice.counts(span, thresholds)).toEqual(once.counts(span, thresholds))
  expect(once.counts(span, thresholds).get('tax')).toMatchObject({
    offered: 2,
    answered: 1,
    abandoned: 1,
    shortAbandons: 1,
  })
})

test('figures - waiting now and the longest wait now', () => {
  const clock = new SetClock()
  const live = new LiveFigures({ clock })
  log.onRecorded((event) => live.take(event))
  recordWaitingCall(log, { queue: 'tax', queuedAt: clock.now() - 9000 })
  recordWaitingCall(log, { queue: 'tax', queuedAt: clock.now() - 4000 })
  recordAbandonedCall(log, { queue: 'tax', queuedAt: clock.now() - 60_000, abandonedAt: clock.now() })

  expect(live.waiting()).toEqual([{ queue: 'tax', waiting: 2, longestWaitMs: 9000 }])
})
