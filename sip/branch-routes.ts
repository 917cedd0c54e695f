import type { Database } from '../src/db/index.ts'
import { type Cancel, type Clock, type Logger, messageOf } from '../src/kernel/index.ts'

/** Milliseconds between looks at the table. */
const readEvery = 5000

/** Where the branch hotlines are, kept in memory: a database that is away blocks no transfer. */
export class BranchRoutes {
  readonly #db: Database
  readonly #clock: Clock
  readonly #logger: Logger
  #routes: ReadonlyMap<string, string | null> = new Map()
  #cancel: Cancel = () => {}

  constructor({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }) {
    this.#db = db
    this.#clock = clock
    this.#logger = logger
  }

  /** The SIP URI of a branch's number, if it is one. */
  find(number: string): string | undefined {
    return this.#routes.get(number) ?? undefined
  }

  /** Whether the branch's seats are in our room, so that calls to its number are ours. */
  isOurs(number: string): boolean {
    return this.#routes.get(number) === null
  }

  /** Reads the table now, and again from time to time. */
  async start(): Promise<void> {
    try {
      const rows = await this.#db.selectFrom('branch_routes').selectAll().execute()
      this.#routes = new Map(rows.map(({ number, uri }) => [number, uri]))
    } catch (error) {
      this.#logger.warn({ reason: messageOf(error) }, 'branch routes cannot be read, the last ones are kept')
    }
    this.#cancel = this.#clock.after(readEvery, () => void this.start())
  }

  close(): void {
    this.#cancel()
  }
}
