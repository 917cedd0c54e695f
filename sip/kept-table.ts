import { type Cancel, type Clock, type Logger, messageOf } from '../src/kernel/index.ts'

export interface KeptTableOptions {
  /** Reads the table and takes over what it says. */
  readonly read: () => Promise<void>
  /** Milliseconds between looks: what is kept may be that old. */
  readonly every: number
  /** What is read, for the log. */
  readonly what: string
  readonly clock: Clock
  readonly logger: Logger
}

/** Something of the database kept in memory and read again from time to time: a database that is away stops no call. */
export class KeptTable {
  readonly #options: KeptTableOptions
  #complained = false
  #cancel: Cancel = () => {}

  constructor(options: KeptTableOptions) {
    this.#options = options
  }

  /** Reads now, and again from time to time. Never rejects: what cannot be read stays as it was, and is told once. */
  async start(): Promise<void> {
    const { every, clock } = this.#options
    await this.look()
    this.#cancel = clock.after(every, () => void this.start())
  }

  /** Reads now, out of turn; never rejects either. */
  async look(): Promise<void> {
    const { read, what, logger } = this.#options
    try {
      await read()
      this.#complained = false
    } catch (error) {
      if (!this.#complained) logger.warn({ reason: messageOf(error) }, `${what} cannot be read, the last ones are kept`)
      this.#complained = true
    }
  }

  close(): void {
    this.#cancel()
  }
}
