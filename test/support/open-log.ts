import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../src/db/index.ts'
import { EventJournal, EventLog, RecordProjector } from '../../src/events/index.ts'
import { type Clock, systemClock } from '../../src/kernel/index.ts'
import { silent } from './silent.ts'

/** A log of facts on `db`; its journal is in a folder of its own, unless the test looks into it. */
export function openLog({
  db,
  folder = mkdtempSync(join(tmpdir(), 'yihao-')),
  clock = systemClock,
}: {
  db: Database
  folder?: string
  clock?: Clock
}): EventLog {
  const { journal, left } = EventJournal.open({ folder, logger: silent })
  return new EventLog({ db, journal, left, clock, logger: silent })
}

/** Writes what the log was told into the database, and the records of calls that come of it. */
export async function project(log: EventLog, db: Database): Promise<void> {
  await log.flush(30_000)
  const projector = new RecordProjector({ db, clock: systemClock, logger: silent })
  await projector.catchUp()
  projector.close()
}
