import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import { EventJournal, EventLog, RecordProjector } from '../../../src/events/index.ts'
import { newId, systemClock } from '../../../src/kernel/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { recordAnsweredCall } from '../../support/recorded-calls.ts'

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

const newProjector = () => new RecordProjector({ db, clock: systemClock, logger: silent })

test('call records - one row a call, with queue, agent and times', async () => {
  const callId = newId()
  recordAnsweredCall(log, { callId, queue: 'tax', queuedAt: 1_000_000, answeredAt: 1_007_000, releasedAt: 1_060_000 })
  await log.flush(5000)

  await newProjector().catchUp()

  const rows = await db.selectFrom('call_records').selectAll().execute()
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ call_id: callId, queue: 'tax', agent_id: '8001', released_by: 'agent' })
  expect(rows[0]?.answered_at?.getTime()).toBe(1_007_000)
})

test('call records - two projectors at once and a second run over the log change nothing', async () => {
  for (let n = 0; n < 30; n += 1)
    recordAnsweredCall(log, {
      queue: 'tax',
      queuedAt: 1000 * n,
      answeredAt: 1000 * n + 500,
      releasedAt: 1000 * n + 900,
    })
  await log.flush(5000)

  await Promise.all([newProjector().catchUp(), newProjector().catchUp()])
  const before = await db.selectFrom('call_records').selectAll().orderBy('call_id').execute()
  await sql`update log_cursors set sequence = 0`.execute(db)
  await newProjector().catchUp()

  expect(before).toHaveLength(30)
  expect(await db.selectFrom('call_records').selectAll().orderBy('call_id').execute()).toEqual(before)
})

test('agent records - the last state of each agent', async () => {
  const change = { agentId: '8001', status: 'available', reason: null, extension: '8001', callId: null } as const
  log.append('agent.state-changed', { ...change, from: 'offline', to: 'notReady' })
  log.append('agent.state-changed', { ...change, from: 'notReady', to: 'ready' })
  await log.flush(5000)

  await newProjector().catchUp()

  const rows = await db.selectFrom('agent_records').selectAll().execute()
  expect(rows.map(({ agent_id, state }) => [agent_id, state])).toEqual([['8001', 'ready']])
})
