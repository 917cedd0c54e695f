import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Database } from '../../src/db/index.ts'
import type { EventLog, HotlineEvent } from '../../src/events/index.ts'
import { newDatabase } from './database.ts'
import { openLog } from './open-log.ts'

/** What the test that runs has for itself. */
export interface OwnLog {
  readonly db: Database
  /** Writes by the real clock, whatever clock the facts are dated by. */
  readonly log: EventLog
  /** Everything the log was told so far. */
  readonly facts: HotlineEvent[]
}

/**
 * A database with our schema and a log on it, new for every test of the file or `describe` that asks for it, and closed
 * after that test's own `afterEach`. Its fields are there from `beforeEach` on: read them through the object, never before.
 */
export function ownLog(): OwnLog {
  const own = {} as { -readonly [Field in keyof OwnLog]: OwnLog[Field] }
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yihao-journal-'))
    own.db = await newDatabase()
    own.log = openLog({ db: own.db, folder })
    own.facts = []
    own.log.onRecorded((event) => own.facts.push(event))
  })
  afterEach(async () => {
    await own.log.close(10_000)
    await own.db.destroy()
    await rm(folder, { recursive: true, force: true })
  })
  return own
}
