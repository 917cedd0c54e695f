import { Client } from 'pg'
import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'

/** What NOTIFY names when phones ended with the session they were opened in. */
export const endedPhonesChannel = 'yihao_ended_phones'

/** Milliseconds after which a lost connection is tried again. */
const againAfter = 1000

export interface WakeUpOptions {
  readonly url: string
  /** What NOTIFY names. */
  readonly channel: string
  /** Called at every NOTIFY, and whenever the connection is there again: what was told meanwhile is not told once more. */
  readonly onWord: () => void
  readonly clock: Clock
  readonly logger: Logger
}

/** Hears PostgreSQL's NOTIFY on a connection of its own. It says that something changed and never what, so nothing hangs on it alone. */
export class WakeUp {
  readonly #options: WakeUpOptions
  #client: Client | undefined
  #cancel: Cancel = () => {}
  #isClosed = false

  constructor(options: WakeUpOptions) {
    this.#options = options
  }

  /** Listens until `close`. Never rejects: a database that is away is tried again. */
  async start(): Promise<void> {
    const { url, channel, onWord, logger } = this.#options
    const client = new Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 3000 })
    this.#client = client
    client.on('notification', onWord)
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, 'ended'))
    try {
      await client.connect()
      await client.query(`listen ${client.escapeIdentifier(channel)}`)
      onWord()
      logger.debug({ channel }, 'listening to the database')
    } catch (error) {
      this.#lost(client, error)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancel()
    await this.#end(this.#client)
  }

  #lost(client: Client, reason: unknown): void {
    if (this.#isClosed || this.#client !== client) return
    const { clock, channel, logger } = this.#options
    this.#client = undefined
    logger.debug({ channel, reason: messageOf(reason) }, 'the database is not listened to')
    void this.#end(client)
    this.#cancel = clock.after(againAfter, () => void this.start())
  }

  async #end(client: Client | undefined): Promise<void> {
    await client
      ?.end()
      .catch((error: unknown) => this.#options.logger.debug({ reason: messageOf(error) }, 'connection'))
  }
}
