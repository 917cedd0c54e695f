import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Logger, messageOf } from '../kernel/index.ts'
import type { HotlineEvent } from './event.ts'

/** Bytes after which an empty backlog cuts the file back to nothing. */
const truncateAbove = 256 * 1024

/**
 * Facts on local disk before they are in the database, one JSON object a line. A process that is killed, or a
 * database that is away for an hour, loses none: what is left in the file at start is written to the log first, and
 * the event's id keeps it from being written twice.
 */
export class EventJournal {
  readonly #logger: Logger
  readonly #path: string
  #fd: number
  #size = 0
  #broken = false

  private constructor({ path, logger }: { path: string; logger: Logger }) {
    this.#path = path
    this.#logger = logger
    this.#fd = openSync(path, 'a', 0o600)
  }

  /** Opens the journal of a folder, creating both, and returns the facts an earlier process left in it. */
  static open({ folder, logger }: { folder: string; logger: Logger }): { journal: EventJournal; left: HotlineEvent[] } {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, 'events.ndjson')
    const journal = new EventJournal({ path, logger })
    const left = journal.#readLeft()
    return { journal, left }
  }

  /** Never throws: with a full disk the centre goes on with the database alone and says so once. */
  write(event: HotlineEvent): void {
    try {
      this.#size += writeSync(this.#fd, `${JSON.stringify(event)}\n`)
      this.#broken = false
    } catch (error) {
      if (!this.#broken) {
        this.#logger.error(
          { path: this.#path, reason: messageOf(error) },
          'event journal cannot be written: free disk space',
        )
      }
      this.#broken = true
    }
  }

  /** Says that everything written so far is in the database. */
  committed({ all }: { all: boolean }): void {
    if (all && this.#size > truncateAbove) this.#truncate()
  }

  /** Ends the journal; an empty backlog leaves an empty file. */
  close({ empty }: { empty: boolean }): void {
    if (empty) this.#truncate()
    closeSync(this.#fd)
  }

  #truncate(): void {
    ftruncateSync(this.#fd, 0)
    this.#size = 0
  }

  #readLeft(): HotlineEvent[] {
    const lines = readFileSync(this.#path, 'utf8').split('\n')
    this.#size = lines.reduce((bytes, line) => bytes + Buffer.byteLength(line) + 1, -1)
    const events: HotlineEvent[] = []
    for (const [index, line] of lines.entries()) {
      if (line === '') continue
      try {
        events.push(JSON.parse(line) as HotlineEvent)
      } catch (error) {
        // The last line may be cut short by the death of its writer; any other is damage worth a look.
        this.#logger.warn(
          { path: this.#path, line: index + 1, reason: messageOf(error) },
          'unreadable line in the event journal',
        )
      }
    }
    // A line that was cut short must not swallow the next one written.
    if (lines.at(-1) !== '') this.#size += writeSync(this.#fd, '\n')
    return events
  }
}
