import type { Database } from '../src/db/index.ts'
import { type Cancel, type Clock, type Logger, messageOf } from '../src/kernel/index.ts'

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
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #listeners: (() => void)[] = []
  #lamps: ReadonlyMap<string, Lamp> = new Map()
  #complained = false
  #cancel: Cancel = () => {}

  constructor({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }) {
    this.#db = db
    this.#clock = clock
    this.#logger = logger
  }

  of(extension: string): Lamp {
    return this.#lamps.get(extension) ?? dark
  }

  /** Is called after every look at the table. */
  onRead(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Reads the table now, and again from time to time. */
  async start(): Promise<void> {
    try {
      const rows = await this.#db.selectFrom('message_lamps').selectAll().execute()
      this.#lamps = new Map(rows.map(({ extension, waiting, handled }) => [extension, { waiting, handled }]))
      this.#complained = false
      for (const listener of this.#listeners) listener()
    } catch (error) {
      if (!this.#complained) this.#logger.warn({ reason: messageOf(error) }, 'message lamps cannot be read')
      this.#complained = true
    }
    this.#cancel = this.#clock.after(readEvery, () => void this.start())
  }

  close(): void {
    this.#cancel()
  }
}
