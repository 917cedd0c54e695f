import fc from 'fast-check'
import { expect, test } from 'vitest'
import { add } from '../../../src/metrics/figures.ts'
import { count, HistoryStore, LiveFigures, noCounts, type QueueCounts, ratesOf } from '../../../src/metrics/index.ts'
import { noQueue } from '../../../src/metrics/live-calls-out.ts'
import { sumBy } from '../../../src/metrics/places.ts'
import { project } from '../../support/open-log.ts'
import { ownLog } from '../../support/own-log.ts'
import {
  recordAbandonedCall,
  recordAnsweredCall,
  recordCallOut,
  recordWaitingCall,
} from '../../support/recorded-calls.ts'
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

const own = ownLog()

/** Calls out as they come, within four quarters of an hour; those without a queue too. */
function callOut({ lines, queues }: { lines: fc.Arbitrary<string>; queues: fc.Arbitrary<string> }) {
  return fc.record({
    queue: fc.option(queues, { freq: 2 }),
    line: lines,
    at: fc.nat(4 * quarter - 1),
    rang: fc.option(fc.nat(30_000)),
    handedAfter: fc.option(fc.nat(60_000)),
    lasts: fc.option(fc.nat(60_000)),
  })
}

function callOutAt(
  start: number,
  agentId: string,
  call: ReturnType<typeof callOut> extends fc.Arbitrary<infer Call> ? Call : never,
) {
  const { at, rang, handedAfter, lasts, ...about } = call
  const placedAt = start + at
  if (rang === null) return { ...about, agentId, placedAt, releasedAt: placedAt + 45_000 }
  const reachedAt = placedAt + rang
  const handedAt = reachedAt + (handedAfter ?? 0)
  return {
    ...about,
    agentId,
    placedAt,
    reachedAt,
    ...(handedAfter === null ? {} : { handedOver: { to: `9${agentId}`, at: handedAt } }),
    ...(lasts === null ? {} : { releasedAt: handedAt + lasts }),
  }
}

test('figures - by SQL over the log and live in memory are equal, by queue, by line, and by 15-minute interval', async () => {
  const start = Date.parse('2026-11-22T08:00:00Z')
  const clock = new SetClock(start + 4 * quarter)
  const live = new LiveFigures({ clock })
  own.log.onRecorded((event) => live.take(event))
  const outcome = fc.constantFrom('answered', 'abandoned', 'waiting')
  const queue = fc.constantFrom('tax', 'general')
  const line = fc.constantFrom('12345', '12366')
  const call = fc.record({ outcome, queue, line, at: fc.nat(4 * quarter - 1), wait: fc.nat(60_000) })
  for (const each of fc.sample(call, 300)) {
    const queuedAt = start + each.at
    const place = { queue: each.queue, line: each.line, queuedAt }
    if (each.outcome === 'answered')
      recordAnsweredCall(own.log, { ...place, answeredAt: queuedAt + each.wait, releasedAt: queuedAt + each.wait + 1 })
    if (each.outcome === 'abandoned') recordAbandonedCall(own.log, { ...place, abandonedAt: queuedAt + each.wait })
    if (each.outcome === 'waiting') recordWaitingCall(own.log, place)
  }
  for (const [index, each] of fc.sample(callOut({ lines: line, queues: queue }), 100).entries())
    recordCallOut(own.log, callOutAt(start, `8${index}`, each))
  await project(own.log, own.db)

  const span = { from: new Date(start), to: new Date(start + 4 * quarter) }
  const history = new HistoryStore({ db: own.db })
  const inMemory = (place: 'queue' | 'line', name: string, from: Date) => {
    const counts = live.counts({ from: from.getTime(), to: from.getTime() + quarter }, thresholds)
    return sumBy(place, counts, { none: noCounts, add }).get(name)
  }

  const [byQueue, byLine] = [
    await history.intervals(span, 15, thresholds),
    await history.lineIntervals(span, 15, thresholds),
  ]

  expect([byQueue.filter((row) => row.queue !== null).length, byLine.length]).toEqual([8, 8])
  expect(byQueue.filter((row) => row.queue === null).length).toBeGreaterThan(0)
  for (const { queue: name, start: from, ...counts } of byQueue)
    expect(inMemory('queue', name ?? noQueue, from)).toEqual(counts)
  for (const { line: name, start: from, ...counts } of byLine) expect(inMemory('line', name, from)).toEqual(counts)
})

test('figures - in memory after a restart they are what they were, by line too', async () => {
  const clock = new SetClock()
  const [before, after] = [new LiveFigures({ clock }), new LiveFigures({ clock })]
  own.log.onRecorded((event) => before.take(event))
  const queuedAt = clock.now()
  recordWaitingCall(own.log, { queue: 'tax', line: '12366', queuedAt })
  recordAbandonedCall(own.log, { queue: 'tax', line: '12345', queuedAt, abandonedAt: queuedAt + 3000 })
  const callOut = { agentId: '8001', queue: 'tax', line: '12366', placedAt: queuedAt }
  recordCallOut(own.log, { ...callOut, reachedAt: queuedAt + 5000, releasedAt: queuedAt + 65_000 })
  recordCallOut(own.log, { ...callOut, reachedAt: queuedAt + 5000 })
  await project(own.log, own.db)

  const history = new HistoryStore({ db: own.db })
  const since = new Date(queuedAt)
  after.seed(await history.callsSince(since), new Map(), await history.callsOutSince(since))

  const sorted = (live: LiveFigures) =>
    live.counts({ from: queuedAt, to: queuedAt + 1 }, thresholds).sort((a, b) => a.line.localeCompare(b.line))
  expect(sorted(after)).toEqual(sorted(before))
  expect(sorted(after)[1]).toMatchObject({ offered: 1, out: { placed: 2, reached: 2, talkedMs: 60_000 } })
  expect(after.waiting()).toEqual([{ queue: 'tax', line: '12366', waiting: 1, longestWaitMs: 0 }])
})

test('figures - the same facts twice, or in another order, count once', async () => {
  const clock = new SetClock()
  const once = new LiveFigures({ clock })
  const twice = new LiveFigures({ clock })
  own.log.onRecorded((event) => {
    once.take(event)
    twice.take(event)
    twice.take(event)
  })
  const queuedAt = clock.now()
  recordAnsweredCall(own.log, { queue: 'tax', queuedAt, answeredAt: queuedAt + 1000, releasedAt: queuedAt + 2000 })
  recordAbandonedCall(own.log, { queue: 'tax', queuedAt, abandonedAt: queuedAt + 3000 })
  const out = { agentId: '8001', queue: 'tax', placedAt: queuedAt, reachedAt: queuedAt + 1000 }
  recordCallOut(own.log, { ...out, handedOver: { to: '8002', at: queuedAt + 3000 }, releasedAt: queuedAt + 6000 })

  const span = { from: 0, to: queuedAt + 1 }
  expect(twice.counts(span, thresholds)).toEqual(once.counts(span, thresholds))
  expect(once.counts(span, thresholds)).toMatchObject([
    {
      queue: 'tax',
      line: '12345',
      offered: 2,
      answered: 1,
      abandoned: 1,
      shortAbandons: 1,
      out: { placed: 1, reached: 1, talkedMs: 5000 },
    },
  ])
})

test('figures - calls out are in no rate and in no count of what came in', async () => {
  const [clock, placedAt] = [new SetClock(), Date.parse('2026-11-22T08:00:00Z')]
  const live = new LiveFigures({ clock })
  own.log.onRecorded((event) => live.take(event))
  recordCallOut(own.log, {
    agentId: '8001',
    queue: 'tax',
    placedAt,
    reachedAt: placedAt + 20_000,
    releasedAt: placedAt + 50_000,
  })
  recordCallOut(own.log, { agentId: '8001', queue: 'tax', placedAt, releasedAt: placedAt + 45_000 })

  const [counts] = live.counts({ from: placedAt, to: placedAt + 1 }, thresholds)

  expect(counts).toEqual({ ...noCounts, queue: 'tax', line: '12345', out: { placed: 2, reached: 1, talkedMs: 30_000 } })
  expect(ratesOf(counts ?? noCounts)).toEqual(ratesOf(noCounts))
})

test('figures - waiting now and the longest wait now', () => {
  const clock = new SetClock()
  const live = new LiveFigures({ clock })
  own.log.onRecorded((event) => live.take(event))
  recordWaitingCall(own.log, { queue: 'tax', queuedAt: clock.now() - 9000 })
  recordWaitingCall(own.log, { queue: 'tax', queuedAt: clock.now() - 4000 })
  recordAbandonedCall(own.log, { queue: 'tax', queuedAt: clock.now() - 60_000, abandonedAt: clock.now() })

  expect(live.waiting()).toEqual([{ queue: 'tax', line: '12345', waiting: 2, longestWaitMs: 9000 }])
})
