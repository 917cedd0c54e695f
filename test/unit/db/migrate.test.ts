import { cp, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, migrateDown, migrateToLatest, openDatabase } from '../../../src/db/index.ts'
import { ConfigurationError } from '../../../src/kernel/index.ts'
import { migrationsDir, newDatabaseUrl, silent } from '../../support/database.ts'

let pools: Database[]
let url: string
beforeEach(async () => {
  pools = []
  url = await newDatabaseUrl()
})
afterEach(async () => {
  for (const db of pools) await db.destroy()
})

function open(): Database {
  const db = openDatabase({ url, logger: silent, connections: 4 })
  pools.push(db)
  return db
}
const tables = async (db: Database) => {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(db)
  return rows.map(({ name }) => name).filter((name) => !name.startsWith('kysely'))
}
const applied = async (db: Database) => {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map(({ name }) => name)
}

test('migrations - three processes that start at once bring an empty database to the newest schema, once', async () => {
  const [first, second, third] = [open(), open(), open()]

  await Promise.all([first, second, third].map((db) => migrateToLatest({ db, folder: migrationsDir, logger: silent })))

  const names = await applied(first)
  expect(new Set(names).size).toBe(names.length)
  expect(await tables(first)).toEqual(expect.arrayContaining(['events', 'call_records', 'users', 'registrations']))
})

test('migrations - down to nothing and up again gives the same tables', async () => {
  const db = open()
  await migrateToLatest({ db, folder: migrationsDir, logger: silent })
  const before = await tables(db)

  for (let left = (await applied(db)).length; left > 0; left -= 1) await migrateDown({ db, folder: migrationsDir })
  expect(await tables(db)).toEqual([])
  await migrateToLatest({ db, folder: migrationsDir, logger: silent })

  expect(await tables(db)).toEqual(before)
})

test('migrations - one that fails is named, and leaves nothing half done behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-migrations-'))
  await cp(migrationsDir, folder, { recursive: true })
  await writeFile(join(folder, '9999-broken.up.sql'), 'create table half_done (id int); create table nonsense (')
  const db = open()

  const failure = await migrateToLatest({ db, folder, logger: silent }).catch((error: unknown) => error)

  expect(failure).toBeInstanceOf(ConfigurationError)
  expect(String(failure)).toContain('9999-broken')
  expect(await tables(db)).not.toContain('half_done')
})

test('migrations - a second start changes nothing', async () => {
  const db = open()
  await migrateToLatest({ db, folder: migrationsDir, logger: silent })
  const before = await applied(db)

  await migrateToLatest({ db: open(), folder: migrationsDir, logger: silent })

  expect(await applied(db)).toEqual(before)
})
