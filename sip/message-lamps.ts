import type { Database } from '../src/db/index.ts'
import type { Clock, Logger } from '../src/kernel/index.ts'
import { KeptTable } from './kept-table.ts'

/** Messages that wait for whoever is at a phone, and those that were dealt with. */
export interface Lamp {
  readonly waiting: number
  readonly handled: number
}

/** Milliseconds between looks at the table: a lamp may be that late. */
const readEvery = 1000
const dark: Lamp = { waiting: 0, handled: 0 }

/** What the message lamp of each phone shows, as the hotline service writes it. */
export class MessageLamps {
  readonly #db: Database
  readonly #kept: KeptTable
  readonly #listeners: (() => void)[] = []
  #lamps: ReadonlyMap<string, Lamp> = new Map()

  constructor({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }) {
    this.#db = db
    this.#kept = new KeptTable({ read: () => this.#read(), every: readEvery, what: 'message lamps', clock, logger })
  }

  of(extension: string): Lamp {
    return this.#lamps.get(extension) ?? dark
  }

  /** Whether somebody is at the phone whose messages it shows. */
  has(extension: string): boolean {
    return this.#lamps.has(extension)
  }

  /** Is called after every look at the table. */
  onRead(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Reads the table now, and again from time to time. */
  start(): Promise<void> {
    return this.#kept.start()
  }

  close(): void {
    this.#kept.close()
  }

  async #read(): Promise<void> {
    const rows = await this.#db.selectFrom('message_lamps').selectAll().execute()
    this.#lamps = new Map(rows.map(({ extension, waiting, handled }) => [extension, { waiting, handled }]))
    for (const listener of this.#listeners) listener()
  }
}
