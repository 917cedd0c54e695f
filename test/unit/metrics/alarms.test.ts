import { expect, onTestFinished, test } from 'vitest'
import { openAlarms } from '../../../src/metrics/alarm-store.ts'
import { type Alarm, Alarms, type PlaceNow } from '../../../src/metrics/alarms.ts'
import { noCounts } from '../../../src/metrics/index.ts'
import { newDatabase } from '../../support/database.ts'
import { openLog } from '../../support/open-log.ts'
import { SetClock } from '../../support/set-clock.ts'

const tax = { place: 'queue', name: 'tax' } as const
const quiet: PlaceNow = { waiting: 0, longestWaitMs: 0, counts: noCounts }

function room({ open = [] as readonly Alarm[] } = {}) {
  const clock = new SetClock()
  const queues = { tax: quiet, general: quiet }
  const lines = { '12366': quiet }
  const facts: unknown[] = []
  const alarms = new Alarms({
    clock,
    thresholds: {
      queue: new Map([
        ['tax', { waiting: 2, longestWait: 30, answeredInTime: 80 }],
        ['general', {}],
      ]),
      line: new Map([['12366', { waiting: 3 }]]),
    },
    look: () => ({ queue: new Map(Object.entries(queues)), line: new Map(Object.entries(lines)) }),
    open,
    facts: {
      began: (fact, at) => facts.push({ began: fact, at }),
      ended: (fact, at) => facts.push({ ended: fact, at }),
    },
  })
  alarms.start()
  return { clock, queues, lines, facts, alarms }
}

test('alarms - so many waiting is told once, and once when it is over', () => {
  const { clock, queues, facts, alarms } = room()
  const began = clock.now() + 1000
  queues.tax = { ...quiet, waiting: 2, longestWaitMs: 1000 }
  clock.advance(5000)
  expect(alarms.now()).toEqual([{ ...tax, kind: 'waiting', threshold: 2, value: 2, since: began }])

  queues.tax = { ...quiet, waiting: 1, longestWaitMs: 1000 }
  clock.advance(5000)

  expect(alarms.now()).toEqual([])
  expect(facts).toEqual([
    { began: { ...tax, kind: 'waiting', threshold: 2, value: 2 }, at: began },
    { ended: { ...tax, kind: 'waiting', lastedMs: 5000 }, at: began + 5000 },
  ])
})

test('alarms - a longest wait of exactly the threshold is one, a second less is not', () => {
  const { clock, queues, facts } = room()
  queues.tax = { ...quiet, waiting: 1, longestWaitMs: 29_999 }
  clock.advance(1000)
  expect(facts).toEqual([])

  queues.tax = { ...quiet, waiting: 1, longestWaitMs: 30_000 }
  clock.advance(1000)

  expect(facts).toMatchObject([{ began: { kind: 'longestWait', threshold: 30, value: 30 } }])
})

test('alarms - too few answered in time is one only when there were calls enough to tell', () => {
  const { clock, queues, facts } = room()
  queues.tax = { ...quiet, counts: { ...noCounts, offered: 9, answeredInTime: 0 } }
  clock.advance(1000)
  expect(facts).toEqual([])

  queues.tax = { ...quiet, counts: { ...noCounts, offered: 10, answeredInTime: 7 } }
  clock.advance(1000)
  queues.tax = { ...quiet, counts: { ...noCounts, offered: 15, answeredInTime: 12 } }
  clock.advance(1000)

  expect(facts).toMatchObject([
    { began: { ...tax, kind: 'answeredInTime', threshold: 80, value: 70 } },
    { ended: { ...tax, kind: 'answeredInTime' } },
  ])
})

test('alarms - a line has its own thresholds, whatever the queue of its callers says', () => {
  const { clock, queues, lines, facts } = room()
  queues.general = { ...quiet, waiting: 3, longestWaitMs: 1000 }
  lines['12366'] = { ...quiet, waiting: 3, longestWaitMs: 1000 }
  clock.advance(1000)
  lines['12366'] = quiet
  clock.advance(1000)

  expect(facts).toMatchObject([
    { began: { place: 'line', name: '12366', kind: 'waiting', threshold: 3, value: 3 } },
    { ended: { place: 'line', name: '12366', kind: 'waiting', lastedMs: 1000 } },
  ])
})

test('alarms - a queue without thresholds never has one', () => {
  const { clock, queues, facts } = room()
  queues.general = { waiting: 500, longestWaitMs: 9e6, counts: { ...noCounts, offered: 500 } }
  clock.advance(5000)

  expect(facts).toEqual([])
})

test('alarms - after a restart the log says which are on: one that is still on is not told again, one that is over ends', async () => {
  const db = await newDatabase()
  onTestFinished(() => db.destroy())
  const log = openLog({ db })
  const began = { queue: 'tax', threshold: 2, value: 2 }
  log.append('queue.alarm-began', { ...began, kind: 'waiting' }, 1000)
  log.append('queue.alarm-ended', { queue: 'tax', kind: 'waiting', lastedMs: 1000 }, 2000)
  log.append('queue.alarm-began', { ...began, kind: 'waiting', value: 3 }, 3000)
  log.append('queue.alarm-began', { ...began, kind: 'longestWait' }, 4000)
  log.append('queue.alarm-ended', { queue: 'tax', kind: 'longestWait', lastedMs: 1000 }, 5000)
  log.append('line.alarm-began', { line: '12366', kind: 'waiting', threshold: 3, value: 4 }, 6000)
  await log.flush(10_000)
  await log.close()

  const open = await openAlarms(db)
  const { facts, alarms, clock } = room({ open })

  expect(open).toEqual([
    { place: 'line', name: '12366', kind: 'waiting', threshold: 3, value: 4, since: 6000 },
    { ...tax, kind: 'waiting', threshold: 2, value: 3, since: 3000 },
  ])
  expect(facts).toMatchObject([
    { ended: { place: 'line', name: '12366', kind: 'waiting', lastedMs: clock.now() - 6000 } },
    { ended: { ...tax, kind: 'waiting', lastedMs: clock.now() - 3000 } },
  ])
  expect(alarms.now()).toEqual([])
})
