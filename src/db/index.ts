export { type Database, openDatabase } from './database.ts'
export { Lease } from './lease.ts'
export { migrateDown, migrateToLatest } from './migrate.ts'
export type { DatabaseSchema, ThirdPartyRecord } from './schema.ts'
