import { join } from 'node:path'
import type { Database, Lease } from './db/index.ts'
import { EventJournal, EventLog, lastSequence, RecordProjector } from './events/index.ts'
import type { Clock, Logger } from './kernel/index.ts'
import { CommittedTail } from './live/index.ts'

/**
 * Opens the log of this lease's holder. What an earlier process left in its journal is written first, and the records are as
 * the log says when this resolves.
 */
export async function openLog({
  db,
  stateDir,
  lease,
  holder,
  onFenced,
  clock,
  logger,
}: {
  db: Database
  stateDir: string
  lease: Lease
  /** Who holds the lease. */
  holder: string
  /** Another process writes now. */
  onFenced: () => void
  clock: Clock
  logger: Logger
}): Promise<{ log: EventLog; tail: CommittedTail; projector: RecordProjector }> {
  const { journal, left } = EventJournal.open({ folder: join(stateDir, 'journal'), logger })
  const log = new EventLog({ db, journal, left, clock, logger, epoch: () => lease.epoch, holder, onFenced })
  const tail = new CommittedTail({ log, last: await lastSequence(db) })
  const projector = new RecordProjector({ db, clock, logger, read: (after) => tail.after(after) })
  log.onCommitted(() => projector.wake())
  await log.flush(10_000)
  await projector.catchUp()
  return { log, tail, projector }
}
