import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase, WakeUp } from '../../../src/db/index.ts'
import { systemClock } from '../../../src/kernel/index.ts'
import { newDatabaseUrl, silent } from '../../support/database.ts'
import { until } from '../../support/until.ts'

let db: Database
let wakeUp: WakeUp
let words = 0

beforeEach(async () => {
  const url = await newDatabaseUrl()
  db = openDatabase({ url, logger: silent })
  words = 0
  const onWord = () => {
    words += 1
  }
  wakeUp = new WakeUp({ url, channel: 'Phones of "browsers"', onWord, clock: systemClock, logger: silent })
  await wakeUp.start()
})
afterEach(async () => {
  await wakeUp.close()
  await db.destroy()
})

const notify = (channel: string) => sql`select pg_notify(${channel}, '')`.execute(db)

test('wake-up - hears what is told on its channel, and nothing of another', async () => {
  const before = words

  await notify('another')
  await notify('Phones of "browsers"')

  await until(() => words > before, 'it is heard')
  expect(words).toBe(before + 1)
})

test('wake-up - a connection that broke is made again, and that alone is a word: something may have been missed', async () => {
  const before = words

  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query like 'listen %'`.execute(db)

  await until(() => words > before, 'it listens again')
  const again = words
  await notify('Phones of "browsers"')
  await until(() => words > again, 'it is heard again')
})
