import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type CommittedEvent, type EventLog, RecordProjector, readEvents } from '../../../src/events/index.ts'
import { newId, systemClock } from '../../../src/kernel/index.ts'
import { ownLog } from '../../support/own-log.ts'
import { recordAnsweredCall } from '../../support/recorded-calls.ts'
import { silent } from '../../support/silent.ts'

const own = ownLog()

const newProjector = () => new RecordProjector({ db: own.db, clock: systemClock, logger: silent })

test('call records - one row a call, with queue, agent and times', async () => {
  const callId = newId()
  recordAnsweredCall(own.log, {
    callId,
    queue: 'tax',
    queuedAt: 1_000_000,
    answeredAt: 1_007_000,
    releasedAt: 1_060_000,
  })
  await own.log.flush(5000)

  await newProjector().catchUp()

  const rows = await own.db.selectFrom('call_records').selectAll().execute()
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ call_id: callId, queue: 'tax', agent_id: '8001', released_by: 'agent' })
  expect(rows[0]?.answered_at?.getTime()).toBe(1_007_000)
})

test('call records - two projectors at once and a second run over the log change nothing', async () => {
  for (let n = 0; n < 30; n += 1)
    recordAnsweredCall(own.log, {
      queue: 'tax',
      queuedAt: 1000 * n,
      answeredAt: 1000 * n + 500,
      releasedAt: 1000 * n + 900,
    })
  await own.log.flush(5000)

  await Promise.all([newProjector().catchUp(), newProjector().catchUp()])
  const before = await own.db.selectFrom('call_records').selectAll().orderBy('call_id').execute()
  await sql`update log_cursors set sequence = 0`.execute(own.db)
  await newProjector().catchUp()

  expect(before).toHaveLength(30)
  expect(await own.db.selectFrom('call_records').selectAll().orderBy('call_id').execute()).toEqual(before)
})

test('agent records - the last state of each agent', async () => {
  const change = { agentId: '8001', status: 'available', reason: null, extension: '8001', callId: null } as const
  own.log.append('agent.state-changed', { ...change, from: 'offline', to: 'notReady' })
  own.log.append('agent.state-changed', { ...change, from: 'notReady', to: 'ready' })
  await own.log.flush(5000)

  await newProjector().catchUp()

  const rows = await own.db.selectFrom('agent_records').selectAll().execute()
  expect(rows.map(({ agent_id, state }) => [agent_id, state])).toEqual([['8001', 'ready']])
})

/** Facts of a call with data that differ, as a talk with third parties brings them, in any order after the first. */
const talkFacts: readonly ((log: EventLog, callId: string, n: number) => unknown)[] = [
  (log, callId, n) =>
    recordAnsweredCall(log, { callId, queue: `q${n}`, queuedAt: n, answeredAt: n + 1, releasedAt: n + 2 }),
  (log, callId) => log.append('call.held', { callId, agentId: '8001' }),
  (log, callId) => log.append('call.retrieved', { callId, agentId: '8001' }),
  (log, callId, n) => log.append('call.consultation-started', { ...third(callId, n), purpose: 'consult' }),
  (log, callId, n) => log.append('call.consulted', third(callId, n)),
  (log, callId, n) => log.append('call.conferenced', third(callId, n)),
  (log, callId, n) => log.append('call.transferred', third(callId, n)),
  (log, callId) => log.append('call.returned', { callId, agentId: '8001', reason: 'test' }),
  (log, callId, n) =>
    log.append('call.emergency-started', {
      ...{ callId, agentId: '8001', legId: `leg${n}`, callerNumber: '1', by: 'test' },
      ...{ service: '110', mode: 'three-way' as const },
    }),
  (log, callId, n) => log.append('call.wrapped-up', { callId, agentId: '8001', code: `c${n}`, note: '', by: 'test' }),
]

const third = (callId: string, n: number) => ({ callId, agentId: '8001', legId: `leg${n}`, target: `t${n}` })

async function recordsMadeOf(read: (after: number) => Promise<readonly CommittedEvent[]>) {
  await sql`truncate call_records, agent_records, callbacks, log_cursors`.execute(own.db)
  await new RecordProjector({ db: own.db, clock: systemClock, logger: silent, read }).catchUp()
  return own.db.selectFrom('call_records').selectAll().orderBy('call_id').execute()
}

test('call records - are the same whether facts are taken one by one or many at once', async () => {
  const facts = fc.array(fc.tuple(fc.nat(talkFacts.length - 1), fc.nat(1), fc.nat(9)), { maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(facts, fc.integer({ min: 2, max: 30 }), async (told, limit) => {
      await sql`truncate events`.execute(own.db)
      const callIds = [newId(), newId()]
      for (const callId of callIds) talkFacts[0]?.(own.log, callId, 0)
      for (const [fact, call, n] of told) talkFacts[fact]?.(own.log, callIds[call] ?? '', n)
      await own.log.flush(10_000)

      const oneByOne = await recordsMadeOf((after) => readEvents(own.db, { after, limit: 1 }))
      const together = await recordsMadeOf((after) => readEvents(own.db, { after, limit }))

      expect(together).toEqual(oneByOne)
    }),
    { numRuns: 25, seed: 20 },
  )
})

test('call records - a fact of a third party is added to what the row says of it', async () => {
  const callId = newId()
  recordAnsweredCall(own.log, { callId, queue: 'tax', queuedAt: 1, answeredAt: 2, releasedAt: 3 })
  own.log.append('call.consultation-started', { ...third(callId, 1), purpose: 'consult' })
  await own.log.flush(5000)
  const projector = newProjector()
  await projector.catchUp()
  own.log.append('call.conferenced', third(callId, 2))
  await own.log.flush(5000)

  await projector.catchUp()

  const row = await own.db.selectFrom('call_records').select('third').executeTakeFirstOrThrow()
  expect(row.third).toEqual({ legId: 'leg2', target: 't2', state: 'conference' })
})
