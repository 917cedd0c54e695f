import { Kysely, PostgresDialect } from 'kysely'
import { Pool, types } from 'pg'
import type { Logger } from '../kernel/index.ts'
import type { DatabaseSchema } from './schema.ts'

export type Database = Kysely<DatabaseSchema>

// bigint columns are sequences below 2^53, read as numbers everywhere.
types.setTypeParser(types.builtins.INT8, Number)

/**
 * Opens a pool of connections. `statementTimeoutMs` bounds every statement (default 10 s), so that a database which
 * stopped answering is noticed and the caller can go on without it.
 */
export function openDatabase<Tables = DatabaseSchema>({
  url,
  logger,
  connections = 8,
  statementTimeoutMs = 10_000,
  schema = 'public',
  applicationName = 'yihao',
}: {
  url: string
  logger: Logger
  connections?: number
  statementTimeoutMs?: number
  /** The PostgreSQL schema whose tables are meant. */
  schema?: string
  /** How the server lists the connections. */
  applicationName?: string
}): Kysely<Tables> {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 3000,
    statement_timeout: statementTimeoutMs,
    // The server's own limit does not help when the server is gone.
    query_timeout: statementTimeoutMs + 2000,
    keepAlive: true,
    application_name: applicationName,
    options: `-c search_path=${schema}`,
  })
  // A connection that breaks is no reason to end the process; the next query opens another. The pool hears only of
  // those that are idle, so each has a listener of its own: the query that was under way rejects by itself.
  const lost = (error: Error) => logger.warn({ reason: error.message }, 'database connection lost')
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', (error) => logger.debug({ reason: error.message }, 'connection')))
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}
