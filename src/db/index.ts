export { type Database, openDatabase } from './database.ts'
export { Lease } from './lease.ts'
export { migrateDown, migrateToLatest } from './migrate.ts'
export type { DatabaseSchema } from './schema.ts'
