import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectionsOf, Lease, migrateToLatest, openDatabase } from '../../../src/db/index.ts'
import { type Clock, systemClock } from '../../../src/kernel/index.ts'
import { atDatabase } from '../../support/at-database.ts'
import { migrationsDir, newDatabaseUrl, silent } from '../../support/database.ts'
import { SetClock } from '../../support/set-clock.ts'
import { until } from '../../support/until.ts'

let url: string
let lost: string[]
const held: Lease[] = []

beforeEach(async () => {
  url = await newDatabaseUrl()
  lost = []
  const db = openDatabase({ url, logger: silent })
  await migrateToLatest({ db, folder: migrationsDir, logger: silent })
  await db.destroy()
})
afterEach(async () => {
  for (const lease of held.splice(0)) await lease.release()
})

async function acquire(
  holder: string,
  { clock = systemClock, frozenAfterMs }: { clock?: Clock; frozenAfterMs?: number } = {},
): Promise<Lease> {
  const lease = await Lease.acquire({
    url,
    name: 'hotline',
    holder,
    clock,
    logger: silent,
    onLost: () => lost.push(holder),
    ...(frozenAfterMs === undefined ? {} : { frozenAfterMs }),
  })
  held.push(lease)
  return lease
}

/** Ends the connections that hold or wait for leases, as a database that restarts does. */
const breakConnections = () =>
  atDatabase(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
    where application_name like 'yihao lease%' and datname = current_database()`,
  )

test('lease - a second process stands by until the first is gone, and the epoch grows', async () => {
  const first = await acquire('first')
  let second: Lease | undefined
  const standingBy = acquire('second').then((lease) => {
    second = lease
  })
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(second).toBeUndefined()

  await first.release()
  await standingBy

  expect(second?.epoch).toBeGreaterThan(first.epoch)
})

test('lease - a holder whose connection broke takes it again and goes on', async () => {
  const lease = await acquire('only')
  const before = lease.epoch

  await breakConnections()
  await until(() => lease.epoch > before, 'the lease is taken again')

  expect(lost).toEqual([])
})

test('lease - a holder that took it anew and never had the answer takes nobody else to have it', async () => {
  const clock = new SetClock()
  const lease = await acquire('only', { clock })
  const before = lease.epoch
  // What its statement did on a database whose answer was lost.
  await atDatabase(url, 'update leases set epoch = epoch + 5')

  await breakConnections()
  await until(async () => {
    await clock.advance(500)
    return lease.epoch > before + 5
  }, 'the lease is taken again')

  expect(lost).toEqual([])
})

test('lease - a holder that is frozen loses it to the one who stands by, and all its connections, and is told', async () => {
  // A clock that stands still: nothing is renewed.
  const frozen = await acquire('first', { clock: new SetClock() })
  const db = openDatabase({ url, logger: silent, connections: 1, applicationName: connectionsOf('first') })
  const asleep = sql`select pg_sleep(60)`.execute(db).catch(() => 'ended')

  const second = await acquire('second', { frozenAfterMs: 1000 })

  expect(second.epoch).toBeGreaterThan(frozen.epoch)
  expect(await asleep).toBe('ended')
  await db.destroy()
})

test('lease - a holder that finds another in its place is told to stop', async () => {
  const first = await acquire('first')
  await atDatabase(url, 'update leases set epoch = epoch + 1')

  await until(() => lost.includes('first'), 'the first learns that it lost')

  expect(first.epoch).toBeGreaterThan(0)
})

test('lease - epochs go on growing in a database that was set back', async () => {
  const { epoch } = await acquire('first')

  expect(epoch).toBeGreaterThan(Date.UTC(2026, 0, 1) / 1000)
})
