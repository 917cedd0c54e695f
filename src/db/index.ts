export { type Database, openDatabase } from './database.ts'
export { migrateDown, migrateToLatest } from './migrate.ts'
export type { DatabaseSchema } from './schema.ts'
