import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { type Database, migrateToLatest, openDatabase } from '../../src/db/index.ts'
import { atDatabase } from './at-database.ts'
import { migrationsDir, silent } from './silent.ts'

export { migrationsDir, silent }

/** The URL of a new, empty database. */
export async function newDatabaseUrl(): Promise<string> {
  const postgresUrl = inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await atDatabase(postgresUrl, `create database ${name}`)
  return postgresUrl.replace(/\/postgres$/, `/${name}`)
}

/** A new database with our schema; close it with `destroy()`. */
export async function newDatabase(): Promise<Database> {
  const db = openDatabase({ url: await newDatabaseUrl(), logger: silent, connections: 4 })
  await migrateToLatest({ db, folder: migrationsDir, logger: silent })
  return db
}
