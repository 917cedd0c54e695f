import type { Database } from '../db/index.ts'
import { type Cancel, type Clock, type Logger, messageOf, within } from '../kernel/index.ts'
import type { CommittedEvent } from './event.ts'
import { readEvents } from './event-store.ts'
import { Pace } from './pace.ts'
import { RecordChanges } from './record-changes.ts'
import { RecordStore } from './record-store.ts'

const retryEvery = 500
/** One call by itself is in the records at once; of many calls as much as four times a second is soon enough for who reads them. */
const pace = { burst: 12, everyMs: 250 } as const

export interface RecordProjectorOptions {
  readonly db: Database
  readonly clock: Clock
  readonly logger: Logger
  /** The next facts after a sequence, none at the end of the log; from the database when not given. */
  readonly read?: (after: number) => Promise<readonly CommittedEvent[]>
}

/**
 * Makes one row a call, an agent and a callback from the log, and nothing but the log: the cursor moves in the same
 * statement, so every fact has its effect once, also after a crash.
 */
export class RecordProjector {
  readonly #store: RecordStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #read: (after: number) => Promise<readonly CommittedEvent[]>
  readonly #pace = new Pace(pace)
  /** Where the cursor is, as far as we know. */
  #at: number | undefined
  #running = false
  #wanted = false
  #closed = false
  #cancelRetry: Cancel = () => {}
  #caughtUp: (() => void)[] = []

  constructor({ db, clock, logger, read }: RecordProjectorOptions) {
    this.#store = new RecordStore({ db })
    this.#clock = clock
    this.#logger = logger
    this.#read = read ?? ((after) => readEvents(db, { after, limit: 500 }))
  }

  /** Says that new facts are committed. */
  wake(): void {
    this.#wanted = true
    if (!this.#running && !this.#closed) void this.#run()
  }

  /** Resolves when the records hold everything committed before the call. */
  catchUp(): Promise<void> {
    return new Promise((resolve) => {
      this.#caughtUp.push(resolve)
      this.wake()
      this.#pace.hurry()
    })
  }

  /** Resolves when the records hold everything it was woken for, or after `withinMs`. */
  async upToDate(withinMs: number): Promise<void> {
    if (!this.#wanted && !this.#running) return
    await within(this.#clock, this.catchUp(), withinMs)
  }

  close(): void {
    this.#closed = true
    this.#cancelRetry()
    this.#pace.hurry()
  }

  async #run(): Promise<void> {
    this.#running = true
    try {
      while (this.#wanted && !this.#closed) {
        if (this.#caughtUp.length === 0) await this.#pace.turn()
        this.#wanted = false
        const waiting = this.#caughtUp.length
        while (!this.#closed && (await this.#project()));
        for (const resolve of this.#caughtUp.splice(0, waiting)) resolve()
      }
    } catch (error) {
      this.#at = undefined
      this.#logger.warn({ reason: messageOf(error) }, 'call records are behind the log, trying again')
      this.#cancelRetry = this.#clock.after(retryEvery, () => this.wake())
    } finally {
      this.#running = false
    }
  }

  /** Says whether there was anything left. */
  async #project(): Promise<boolean> {
    const from = this.#at ?? (await this.#store.cursor())
    const events = await this.#read(from)
    const to = events.at(-1)?.sequence ?? from
    const applied = to === from || (await this.#store.apply(new RecordChanges(events), { from, to }))
    this.#at = applied ? to : undefined
    return to !== from
  }
}
