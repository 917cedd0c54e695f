import { Client } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Lease, migrateToLatest, openDatabase } from '../../../src/db/index.ts'
import { systemClock } from '../../../src/kernel/index.ts'
import { migrationsDir, newDatabaseUrl, silent } from '../../support/database.ts'
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

async function acquire(holder: string): Promise<Lease> {
  const lease = await Lease.acquire({
    url,
    name: 'hotline',
    holder,
    clock: systemClock,
    logger: silent,
    onLost: () => lost.push(holder),
  })
  held.push(lease)
  return lease
}

/** Ends the connections that hold or wait for leases, as a database that restarts does. */
async function breakConnections(): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name like 'yihao lease%' and datname = current_database()`)
  await client.end()
}

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

  expect(second?.epoch).toBe(first.epoch + 1)
})

test('lease - a holder whose connection broke takes it again and goes on', async () => {
  const lease = await acquire('only')
  const before = lease.epoch

  await breakConnections()
  await until(() => lease.epoch === before + 1, 'the lease is taken again')

  expect(lost).toEqual([])
})

test('lease - a holder whose connection broke while another took over is told to stop', async () => {
  await acquire('first')
  const second = acquire('second')

  for (let round = 0; round < 20 && lost.length === 0; round += 1) {
    await breakConnections()
    const winner = await Promise.race([
      second.then(() => 'second'),
      new Promise((resolve) => setTimeout(resolve, 900, 'none')),
    ])
    if (winner === 'second') break
  }

  await second
  await until(() => lost.includes('first'), 'the first learns that it lost')
})
