import type { Database } from '../src/db/index.ts'
import { type Logger, messageOf } from '../src/kernel/index.ts'
import type { Binding } from './location.ts'

/** Registrations on disk, written behind the phones' backs: a database that is away delays no REGISTER. */
export class LocationStore {
  readonly #db: Database
  readonly #logger: Logger
  #last: Promise<unknown> = Promise.resolve()

  constructor({ db, logger }: { db: Database; logger: Logger }) {
    this.#db = db
    this.#logger = logger
  }

  /** What the edge knew before it was restarted. */
  async load(): Promise<Binding[]> {
    const rows = await this.#db.selectFrom('registrations').selectAll().where('expires_at', '>', new Date()).execute()
    return rows.map((row) => ({
      username: row.username,
      contact: row.contact,
      route: row.route,
      callId: row.call_id,
      cseq: row.cseq,
      userAgent: row.user_agent,
      expiresAt: row.expires_at.getTime(),
    }))
  }

  /** Makes the stored bindings of a phone the given ones. */
  replace(username: string, bindings: readonly Binding[]): void {
    // One after the other: two refreshes of a phone must not overtake each other.
    this.#last = this.#last
      .then(() => this.#write(username, bindings))
      .catch((error: unknown) => this.#logger.warn({ username, reason: messageOf(error) }, 'registration not stored'))
  }

  /** Resolves when everything handed over is written. */
  async settled(): Promise<void> {
    await this.#last
  }

  #write(username: string, bindings: readonly Binding[]): Promise<void> {
    return this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('registrations').where('username', '=', username).execute()
      if (bindings.length === 0) return
      const rows = bindings.map(({ contact, route, callId, cseq, userAgent, expiresAt }) => ({
        username,
        contact,
        route,
        call_id: callId,
        cseq,
        user_agent: userAgent,
        expires_at: new Date(expiresAt),
      }))
      await transaction.insertInto('registrations').values(rows).execute()
    })
  }
}
