import type { Database } from '../src/db/index.ts'
import type { Clock, Logger } from '../src/kernel/index.ts'
import { KeptTable } from './kept-table.ts'

interface Trunk {
  readonly uri: string
  readonly numbers: readonly RegExp[]
}

/** Milliseconds between looks at the table. */
const readEvery = 5000

/** The way to citizens' phones, kept in memory. Only numbers the city allows are let through, whatever the switch asks for. */
export class TrunkRoutes {
  readonly #db: Database
  readonly #kept: KeptTable
  #trunks: readonly Trunk[] = []

  constructor({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }) {
    this.#db = db
    this.#kept = new KeptTable({ read: () => this.#read(), every: readEvery, what: 'trunks', clock, logger })
  }

  /** The SIP URI a number is called at, if it may be called. */
  find(number: string): string | undefined {
    if (!/^[0-9]{3,20}$/.test(number)) return undefined
    const trunk = this.#trunks.find(({ numbers }) => numbers.some((pattern) => pattern.test(number)))
    return trunk?.uri.replace(/^sip:/, `sip:${number}@`)
  }

  /** Reads the table now, and again from time to time. */
  start(): Promise<void> {
    return this.#kept.start()
  }

  close(): void {
    this.#kept.close()
  }

  async #read(): Promise<void> {
    const rows = await this.#db.selectFrom('trunks').selectAll().execute()
    this.#trunks = rows.map(({ uri, numbers }) => ({
      uri,
      numbers: numbers.map((pattern) => new RegExp(`^(?:${pattern})$`)),
    }))
  }
}
