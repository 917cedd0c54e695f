import type { Config } from './config.ts'
import { connectionsOf, type Database, Lease, migrateToLatest, newHolder, openDatabase } from './db/index.ts'
import type { Clock, Logger } from './kernel/index.ts'

export interface LeasedDatabase {
  readonly db: Database
  readonly lease: Lease
  /** Who this process is as the lease's holder. */
  readonly holder: string
  /** Ends this process, because another has the lease. */
  readonly onLost: () => void
}

/** Opens the database, and stands by until no other hotline process drives the switches. */
export async function takeLease({
  config: { databaseUrl: url, migrationsDir: folder },
  clock,
  logger,
}: {
  config: Config
  clock: Clock
  logger: Logger
}): Promise<LeasedDatabase> {
  const holder = newHolder()
  const db = openDatabase({ url, logger, applicationName: connectionsOf(holder) })
  await migrateToLatest({ db, folder, logger })
  const onLost = () => {
    logger.fatal('another hotline process drives the switches now: this one ends, its calls go on there')
    process.exit(1)
  }
  const lease = await Lease.acquire({ url, name: 'hotline', holder, clock, logger, onLost })
  return { db, lease, holder, onLost }
}
