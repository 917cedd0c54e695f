import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import { type CommittedEvent, EventJournal, EventLog, readEvents, toCloudEvent } from '../../../src/events/index.ts'
import { newId, systemClock } from '../../../src/kernel/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { openLog } from '../../support/open-log.ts'
import { until } from '../../support/until.ts'

let db: Database
let folder: string

beforeEach(async () => {
  db = await newDatabase()
  folder = mkdtempSync(join(tmpdir(), 'yihao-journal-'))
})
afterEach(() => db.destroy())

const open = (database = db) => openLog({ db: database, folder })

const accepted = (callId = newId()) => ({ callId, front: 'menu' as const })

test('event log - facts are committed in the order they were recorded', async () => {
  const log = open()
  const ids = Array.from({ length: 2500 }, () => log.append('call.accepted', accepted()).id)

  expect(await log.flush(10_000)).toBe(true)

  const events = await readEvents(db, { after: 0, limit: 5000 })
  expect(events.map(({ id }) => id)).toEqual(ids)
  await log.close()
})

test('event log - two logs on one database do not disturb the order of sequences and commits', async () => {
  const other = mkdtempSync(join(tmpdir(), 'yihao-journal-'))
  const first = open()
  const second = openLog({ db, folder: other })
  const seen: number[] = []
  for (const log of [first, second]) log.onCommitted((events) => seen.push(...events.map(({ sequence }) => sequence)))

  for (let round = 0; round < 50; round += 1) {
    first.append('call.accepted', accepted())
    second.append('call.accepted', accepted())
    await new Promise((resolve) => setImmediate(resolve))
  }
  await first.flush(5000)
  await second.flush(5000)

  expect(new Set(seen).size).toBe(100)
  await first.close()
  await second.close()
})

test('event log - a database that is away loses nothing and doubles nothing', async () => {
  const log = open()
  await sql`alter table events rename to events_away`.execute(db)
  const ids = Array.from({ length: 20 }, () => log.append('call.accepted', accepted()).id)
  expect(await log.flush(600)).toBe(false)
  expect(log.backlog).toBe(20)

  await sql`alter table events_away rename to events`.execute(db)
  await until(() => log.backlog === 0, 'the backlog is written')

  const events = await readEvents(db, { after: 0, limit: 100 })
  expect(events.map(({ id }) => id)).toEqual(ids)
  await log.close()
})

test('event log - a process that was killed leaves its facts to the next one, once each', async () => {
  const killed = open()
  const written = killed.append('call.accepted', accepted())
  await killed.flush(5000)
  await sql`alter table events rename to events_away`.execute(db)
  const unwritten = killed.append('call.accepted', accepted())
  // Killed: never closed. Its last line was cut short.
  appendFileSync(join(folder, 'events.ndjson'), '{"id":"half')
  await sql`alter table events_away rename to events`.execute(db)

  const next = open()
  await next.flush(5000)

  const ids = (await readEvents(db, { after: 0, limit: 100 })).map(({ id }) => id)
  expect(ids.filter((id) => id === written.id)).toHaveLength(1)
  expect(ids.filter((id) => id === unwritten.id)).toHaveLength(1)
  await next.close()
  await killed.close()
})

test('event log - facts whose commit was not heard of are told to the feed with their sequence when they are sent again', async () => {
  const first = open()
  const facts = [first.append('call.accepted', accepted()), first.append('call.accepted', accepted())]
  await first.flush(5000)
  const { journal, left } = EventJournal.open({ folder, logger: silent })
  expect(left).toHaveLength(2)

  const again = new EventLog({ db, journal, left, clock: systemClock, logger: silent })
  const told: CommittedEvent[] = []
  again.onCommitted((events) => told.push(...events))
  await again.flush(5000)

  const stored = await readEvents(db, { after: 0, limit: 10 })
  expect(told.map(({ id, sequence }) => ({ id, sequence }))).toEqual(
    stored.map(({ id, sequence }) => ({ id, sequence })),
  )
  expect(stored.map(({ id }) => id)).toEqual(facts.map(({ id }) => id))
  await again.close()
  await first.close()
})

test('event log - of a batch that is there in part the rest is written, and all of it told in order', async () => {
  const first = open()
  const known = first.append('call.accepted', accepted())
  await first.flush(5000)
  const again = openLog({ db, folder })
  const told: CommittedEvent[] = []
  again.onCommitted((events) => told.push(...events))
  const fresh = [again.append('call.accepted', accepted()), again.append('call.accepted', accepted())]
  await again.flush(5000)

  const stored = await readEvents(db, { after: 0, limit: 10 })
  expect(stored.map(({ id }) => id)).toEqual([known, ...fresh].map(({ id }) => id))
  expect(told.map(({ id, sequence }) => ({ id, sequence }))).toEqual(
    stored.map(({ id, sequence }) => ({ id, sequence })),
  )
  await again.close()
  await first.close()
})

/** A log under epoch 6, and how often it was told that this is over. */
function openUnderEpoch() {
  const { journal, left } = EventJournal.open({ folder, logger: silent })
  const fenced = { times: 0 }
  const onFenced = () => {
    fenced.times += 1
  }
  const holder = { holder: 'us', epoch: () => 6, onFenced }
  const log = new EventLog({ db, journal, left, clock: systemClock, logger: silent, ...holder })
  return { log, fenced }
}

test('event log - nothing is written under an epoch that is over', async () => {
  await sql`insert into leases (name, epoch, holder) values ('hotline', 7, 'another')`.execute(db)
  const { log, fenced } = openUnderEpoch()

  log.append('call.accepted', accepted())
  await until(() => fenced.times > 0, 'the log is fenced off')

  expect(await readEvents(db, { after: 0, limit: 10 })).toEqual([])
  expect(log.backlog).toBe(1)
  await log.close(0)
})

test('event log - a write that waited while another process took over is refused', async () => {
  await sql`insert into leases (name, epoch, holder) values ('hotline', 6, 'us')`.execute(db)
  const { log, fenced } = openUnderEpoch()

  await db.transaction().execute(async (another) => {
    await sql`select pg_advisory_xact_lock(1234501)`.execute(another)
    log.append('call.accepted', accepted())
    await until(async () => (await waitingForLocks()) > 0, 'the write waits')
    await sql`update leases set epoch = 7, holder = 'another' where name = 'hotline'`.execute(db)
  })
  await until(() => fenced.times > 0, 'the log is fenced off')

  expect(await readEvents(db, { after: 0, limit: 10 })).toEqual([])
  await log.close(0)
})

test('event log - a lease that we took anew is ours also before we know its epoch', async () => {
  await sql`insert into leases (name, epoch, holder) values ('hotline', 7, 'us')`.execute(db)
  const { log, fenced } = openUnderEpoch()

  log.append('call.accepted', accepted())

  expect(await log.flush(10_000)).toBe(true)
  expect(fenced.times).toBe(0)
  await log.close()
})

async function waitingForLocks(): Promise<number> {
  const { rows } = await sql`
    select from pg_locks join pg_database on pg_database.oid = database
    where not granted and datname = current_database()`.execute(db)
  return rows.length
}

test('event log - facts that come one by one share commits when there are many', async () => {
  const log = open()
  const commits: number[] = []
  log.onCommitted((events) => commits.push(events.length))
  const begun = performance.now()

  for (let n = 0; n < 200; n += 1) {
    log.append('call.accepted', accepted())
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await log.flush(10_000)

  expect(commits.reduce((sum, count) => sum + count, 0)).toBe(200)
  // Twenty at once, ten a second afterwards, and the one that was asked for.
  expect(commits.length).toBeLessThanOrEqual(22 + (performance.now() - begun) / 100)
  await log.close()
})

test('event log - text PostgreSQL refuses does not hold up the facts behind it', async () => {
  const log = open()
  const data = {
    callId: newId(),
    line: '12345',
    switch: 's',
    legId: 'l',
    callerNumber: 'anonymous',
    callerName: 'a\u0000b\ud800c',
    sipCallId: '',
    adopted: false,
  }
  log.append('call.offered', data)
  const behind = log.append('call.accepted', accepted())

  expect(await log.flush(5000)).toBe(true)

  const events = await readEvents(db, { after: 0, limit: 10 })
  expect(events.at(-1)?.id).toBe(behind.id)
  await log.close()
})

test('event log - the journal is empty after a close with everything committed', async () => {
  const log = open()
  log.append('call.accepted', accepted())
  await log.close()

  expect(readFileSync(join(folder, 'events.ndjson'), 'utf8')).toBe('')
})

test('event log - committed facts carry rising sequences, as CloudEvents padded so that text order is number order', async () => {
  const log = open()
  const committed: CommittedEvent[] = []
  log.onCommitted((events) => committed.push(...events))
  for (let n = 0; n < 12; n += 1) log.append('call.accepted', accepted())
  await log.flush(5000)

  const texts = committed.map((event) => toCloudEvent(event, '/yihao/test').sequence ?? '')

  expect(texts).toHaveLength(12)
  expect([...texts].sort()).toEqual(texts)
  await log.close()
})
