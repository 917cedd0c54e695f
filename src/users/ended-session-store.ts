import type { Database } from '../db/index.ts'
import type { EndedSession } from './ended-sessions.ts'

/** Ended sessions as a later process finds them. */
export class EndedSessionStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  async load(): Promise<EndedSession[]> {
    const rows = await this.#db.selectFrom('ended_sessions').selectAll().where('expires_at', '>', new Date()).execute()
    return rows.map(({ username, session_id, ended_at, expires_at }) => ({
      username,
      sessionId: session_id || null,
      endedAt: ended_at.getTime(),
      expiresAt: expires_at.getTime(),
    }))
  }

  /** Keeps it, and forgets those that have expired. */
  async save({ username, sessionId, endedAt, expiresAt }: EndedSession): Promise<void> {
    await this.#db.deleteFrom('ended_sessions').where('expires_at', '<=', new Date()).execute()
    const times = { ended_at: new Date(endedAt), expires_at: new Date(expiresAt) }
    await this.#db
      .insertInto('ended_sessions')
      .values({ username, session_id: sessionId ?? '', ...times })
      .onConflict((conflict) => conflict.columns(['username', 'session_id']).doUpdateSet(times))
      .execute()
  }
}
