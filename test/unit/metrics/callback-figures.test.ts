import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { CallbackFiguresStore, LiveCallbacks } from '../../../src/metrics/index.ts'
import { project } from '../../support/open-log.ts'
import { ownLog } from '../../support/own-log.ts'
import { SetClock } from '../../support/set-clock.ts'

const hour = 60 * 60 * 1000
const zone = 'Asia/Shanghai'
/** Midnight in Shanghai. */
const start = Date.parse('2026-11-19T16:00:00Z')

const own = ownLog()
let live: LiveCallbacks
beforeEach(() => {
  live = new LiveCallbacks({ clock: new SetClock(start) })
  own.log.onRecorded((event) => live.take(event))
})

interface Story {
  readonly queue: string | null
  readonly kind: 'requested' | 'missed' | 'opened'
  readonly at: number
  readonly merges: number
  readonly failures: readonly ('busy' | 'noAnswer' | 'rejected' | 'unreachable' | 'agentMissed' | 'givenUp')[]
  readonly end: 'reached' | 'answered' | 'cancelled' | 'failed' | 'expired' | 'merged' | null
  readonly reachedAfter: number
}

const story = fc.record<Story>({
  queue: fc.constantFrom('tax', 'general', null),
  kind: fc.constantFrom('requested', 'missed', 'opened'),
  at: fc.nat(48 * hour - 1),
  merges: fc.nat(2),
  failures: fc.array(fc.constantFrom('busy', 'noAnswer', 'rejected', 'unreachable', 'agentMissed', 'givenUp'), {
    maxLength: 3,
  }),
  end: fc.constantFrom('reached', 'answered', 'cancelled', 'failed', 'expired', 'merged', null),
  reachedAfter: fc.nat(3 * hour),
})

/** Writes the facts of one callback, as the callback book writes them. */
function record({ queue, kind, at, merges, failures, end, reachedAfter }: Story): string {
  const callbackId = newId()
  const openedAt = start + at
  const missedCalls = kind === 'missed' ? 1 : 0
  const agentId = '8001'
  const need = { queue, skills: [], language: 'cmn', priority: 0, queuedAt: null, openedBy: null }
  const fact = { callbackId, kind, callerNumber: '13800000000', line: '12345', ...need }
  own.log.append('callback.opened', { ...fact, expiresAt: openedAt + hour, callId: newId(), missedCalls }, openedAt)
  for (let merged = 1; merged <= merges; merged += 1)
    own.log.append('callback.merged', { callbackId, callId: newId(), missedCalls: missedCalls + merged }, openedAt)
  failures.forEach((outcome, index) => {
    const attempt = { callbackId, callId: newId(), agentId }
    own.log.append('callback.attempted', { ...attempt, attempt: index + 1 }, openedAt)
    own.log.append('callback.failed', { ...attempt, outcome, attempts: index + 1, notBefore: null }, openedAt)
  })
  const at2 = openedAt + reachedAfter
  if (end === 'reached') own.log.append('callback.reached', { callbackId, callId: newId(), agentId }, at2)
  if (end !== null) own.log.append('callback.closed', { callbackId, outcome: end, by: null, reason: 'test' }, at2)
  return callbackId
}

const store = () => new CallbackFiguresStore({ db: own.db })
const days = { from: new Date(start), to: new Date(start + 48 * hour) }
async function written(): Promise<void> {
  await project(own.log, own.db)
}

test('callback figures - by SQL over the log and live in memory are equal, by queue and day', async () => {
  for (const each of fc.sample(story, 200)) record(each)
  await written()

  const rows = await store().days(days, zone)

  expect(rows).toHaveLength(6)
  for (const { queue, day, ...counts } of rows) {
    const from = Date.parse(`${day}T00:00:00+08:00`)
    const inMemory = live.counts({ from, to: from + 24 * hour }).get(queue)
    const { medianSecondsToReach, ...others } = counts
    expect(inMemory).toMatchObject(others)
    expect(inMemory?.medianSecondsToReach ?? -1).toBeCloseTo(medianSecondsToReach ?? -1, 3)
  }
})

test('callback figures - what each of them counts', async () => {
  const plain = { queue: 'tax', at: 0, merges: 0, failures: [], reachedAfter: 60_000 } as const
  record({ ...plain, kind: 'requested', end: 'reached', failures: ['busy', 'agentMissed'] })
  record({ ...plain, kind: 'requested', end: 'reached', reachedAfter: 180_000 })
  record({ ...plain, kind: 'requested', end: 'failed', failures: ['noAnswer', 'noAnswer'] })
  record({ ...plain, kind: 'missed', end: 'answered', merges: 2 })
  record({ ...plain, kind: 'missed', end: 'expired', failures: ['agentMissed'] })
  record({ ...plain, kind: 'opened', end: null })
  await written()

  expect(await store().days({ ...days, queue: 'tax' }, zone)).toEqual([
    {
      queue: 'tax',
      day: '2026-11-20',
      asked: 3,
      missed: 2,
      opened: 1,
      missedCalls: 4,
      kept: 3,
      reached: 2,
      failedAttempts: 3,
      answered: 1,
      failed: 1,
      expired: 1,
      cancelled: 0,
      merged: 0,
      stillOpen: 1,
      medianSecondsToReach: 120,
    },
  ])
  expect(await store().days({ ...days, queue: 'general' }, zone)).toEqual([])
})

test('callback figures - after a restart memory knows what the log knows, and the same facts twice count once', async () => {
  for (const each of fc.sample(story, 50)) record(each)
  await written()
  const anew = new LiveCallbacks({ clock: new SetClock(start) })

  for (const fact of await store().factsSince(days.from)) {
    anew.take(fact)
    anew.take(fact)
  }

  const span = { from: start, to: start + 48 * hour }
  expect(anew.counts(span)).toEqual(live.counts(span))
  expect(anew.open()).toEqual(live.open())
})
