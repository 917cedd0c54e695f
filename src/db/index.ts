/** The way to PostgreSQL: connections, schema, migrations, and the lease that only one hotline process holds. */
export { type Database, openDatabase } from './database.ts'
export { Lease } from './lease.ts'
export { connectionsOf, newHolder } from './lease-session.ts'
export { migrateDown, migrateToLatest } from './migrate.ts'
export type { AgentRow, CallbackRow, CallRow, DatabaseSchema, ThirdPartyRecord } from './schema.ts'
export { endedPhonesChannel, WakeUp } from './wake-up.ts'
