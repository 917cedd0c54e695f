import { sql } from 'kysely'
import { type Database, endedPhonesChannel } from '../db/index.ts'
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

  /** Keeps it, forgets those that have expired, and ends the phones that were opened in it, with their registrations. */
  async save(ended: EndedSession): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('ended_sessions').where('expires_at', '<=', new Date()).execute()
      await keep(transaction, ended)
      await endPhones(transaction, ended)
    })
  }
}

async function keep(transaction: Database, { username, sessionId, endedAt, expiresAt }: EndedSession): Promise<void> {
  const times = { ended_at: new Date(endedAt), expires_at: new Date(expiresAt) }
  await transaction
    .insertInto('ended_sessions')
    .values({ username, session_id: sessionId ?? '', ...times })
    .onConflict((conflict) => conflict.columns(['username', 'session_id']).doUpdateSet(times))
    .execute()
}

/** The SIP edge is told, which knows registrations by heart. */
async function endPhones(transaction: Database, { username, sessionId }: EndedSession): Promise<void> {
  const phones = transaction.deleteFrom('sip_accounts').where('opened_by', '=', username)
  await (sessionId === null ? phones : phones.where('session_id', '=', sessionId)).execute()
  await sql`select pg_notify(${endedPhonesChannel}, '')`.execute(transaction)
}
