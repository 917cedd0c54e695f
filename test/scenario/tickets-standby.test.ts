import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Child } from '../../scripts/launch/child.ts'
import { freePort } from '../../scripts/launch/free-port.ts'
import { openDatabase } from '../../src/db/index.ts'
import { newId, projectRoot } from '../../src/kernel/index.ts'
import { type TicketDatabase, type TicketTables, ticketSchema } from '../../src/tickets/ticket-database.ts'
import { newDatabaseUrl, silent } from '../support/database.ts'
import { type FeedInProcess, feedToken, startFeed } from '../support/feed-in-process.ts'
import { until } from '../support/until.ts'

const patience = 60_000
const folder = mkdtempSync(join(tmpdir(), 'yihao-standby-'))
const services: Child[] = []
let databaseUrl: string
let feed: FeedInProcess
let db: TicketDatabase

beforeAll(async () => {
  databaseUrl = await newDatabaseUrl()
  feed = await startFeed({ databaseUrl })
  db = openDatabase<TicketTables>({ url: databaseUrl, logger: silent, connections: 2, schema: ticketSchema })
})

afterAll(async () => {
  for (const service of services) await service.stop('SIGKILL')
  await feed.stop()
  await db.destroy()
  if (!process.env['YIHAO_KEEP']) rmSync(folder, { recursive: true, force: true })
})

const isReady = (port: number) =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )

/** A ticket service as a process of its own; one that stands by is started when it runs. */
async function aService(
  name: string,
  ready: (port: number) => Promise<boolean>,
): Promise<{ service: Child; port: number }> {
  const port = await freePort()
  const service = await Child.start({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(projectRoot(), 'dist/src/tickets/main.js')],
    env: {
      DATABASE_URL: databaseUrl,
      TICKETS_LISTEN: `127.0.0.1:${port}`,
      HOTLINE_URL: feed.url,
      HOTLINE_TOKEN: feedToken,
      SESSION_SECRET: 'a secret of the test, long enough',
    },
    logDir: folder,
    ready: () => ready(port),
    readyWithinMs: patience,
  })
  services.push(service)
  return { service, port }
}

function answered(count: number): void {
  for (let n = 0; n < count; n += 1) {
    const fact = { callId: newId(), queue: 'general', agentId: '8001', legId: newId(), waitedMs: 1 }
    feed.log.append('call.answered', fact)
  }
}

async function count(): Promise<{ tickets: number; calls: number }> {
  const { rows } = await sql<{ tickets: number; calls: number }>`
    select count(*)::int as tickets, count(distinct call_id)::int as calls from tickets`.execute(db)
  return rows[0] ?? { tickets: 0, calls: 0 }
}

/** Who has the lease, and as the how manyth. */
async function holder(): Promise<unknown> {
  return (await sql`select holder, epoch from leases`.execute(db)).rows[0]
}

const waitsForLease = async () => {
  const { rows } = await sql`
    select from pg_stat_activity where application_name = 'yihao lease tickets' and datname = current_database()`.execute(
    db,
  )
  return rows.length > 1
}

test('of two ticket services one works; when it is killed, the other goes on where it was, and no call has two tickets or none', async () => {
  const one = await aService('one', isReady)
  const two = await aService('two', waitsForLease)
  answered(150)
  await until(async () => (await count()).tickets > 20, 'the first is at work', patience)
  const firstHolder = await holder()
  const secondListensBefore = await isReady(two.port)

  await one.service.stop('SIGKILL')
  answered(150)

  await until(() => isReady(two.port), 'the second is at work', patience)
  await until(async () => (await count()).tickets === 300, 'all calls have their tickets', patience)
  const { rows } = await sql<{ drafts: number }>`
    select count(*)::int as drafts from audit_entries where action = 'DRAFT'`.execute(db)
  expect(secondListensBefore).toBe(false)
  expect(await count()).toEqual({ tickets: 300, calls: 300 })
  expect(rows).toEqual([{ drafts: 300 }])
  expect(await holder()).not.toEqual(firstHolder)
}, 180_000)
