import type { Database } from '../src/db/index.ts'
import type { Clock, Logger } from '../src/kernel/index.ts'
import { KeptTable } from './kept-table.ts'

/** Milliseconds between looks at the table. */
const readEvery = 5000

/** Where the branch hotlines are, kept in memory: a database that is away blocks no transfer. */
export class BranchRoutes {
  readonly #db: Database
  readonly #kept: KeptTable
  #routes: ReadonlyMap<string, string | null> = new Map()

  constructor({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }) {
    this.#db = db
    this.#kept = new KeptTable({ read: () => this.#read(), every: readEvery, what: 'branch routes', clock, logger })
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
  start(): Promise<void> {
    return this.#kept.start()
  }

  close(): void {
    this.#kept.close()
  }

  async #read(): Promise<void> {
    const rows = await this.#db.selectFrom('branch_routes').selectAll().execute()
    this.#routes = new Map(rows.map(({ number, uri }) => [number, uri]))
  }
}
