import { sql } from 'kysely'
import type { TicketDatabase } from '../ticket-database.ts'

/** A fact of the hotline as it came over the stream. */
export interface StreamEvent {
  readonly id: string
  readonly type: string
  readonly subject: string
  /** ISO 8601. */
  readonly time: string
  readonly sequence: number
  readonly data: unknown
}

/** Brings one fact into effect, in the transaction it is given. */
export type ApplyEvent = (db: TicketDatabase, event: StreamEvent) => Promise<void>

/** How far the hotline's stream was applied. */
export class StreamStore {
  readonly #db: TicketDatabase
  readonly #source: string

  constructor({ db, source }: { db: TicketDatabase; source: string }) {
    this.#db = db
    this.#source = source
  }

  /** The sequence everything up to which is in effect; 0 before the first. */
  async cursor(): Promise<number> {
    const row = await this.#db
      .selectFrom('stream_cursors')
      .select('sequence')
      .where('source', '=', this.#source)
      .executeTakeFirst()
    return row?.sequence ?? 0
  }

  /**
   * Brings facts into effect, each once: its id is written in the same transaction, and one whose id is there already is
   * passed over. The cursor's row is locked, so that two processes take turns.
   */
  async apply(events: readonly StreamEvent[], applyEvent: ApplyEvent): Promise<void> {
    const last = events.at(-1)
    if (!last) return
    await this.#db.transaction().execute(async (db) => {
      await sql`
        insert into stream_cursors (source, sequence) values (${this.#source}, ${last.sequence})
        on conflict (source) do update set sequence = ${last.sequence}`.execute(db)
      const { rows } = await sql<{ event_id: string }>`
        insert into applied_events (event_id, sequence)
        select * from unnest(${events.map(({ id }) => id)}::uuid[], ${events.map(({ sequence }) => sequence)}::bigint[])
        on conflict do nothing returning event_id`.execute(db)
      const fresh = new Set(rows.map(({ event_id }) => event_id))
      for (const event of events) if (fresh.delete(event.id)) await applyEvent(db, event)
    })
  }

  /** Sets a fact aside that cannot be applied, so that those behind it go on. */
  async refuse(event: StreamEvent, reason: string): Promise<void> {
    await this.apply([event], async (db) => {
      await db
        .insertInto('refused_events')
        .values({ event_id: event.id, event: JSON.stringify(event), reason: reason.slice(0, 2000) })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    })
  }

  /** Where to read on when the hotline's log is shorter than what was applied: from the oldest fact still known by its id. */
  async oldestKnown(): Promise<number> {
    const row = await this.#db
      .selectFrom('applied_events')
      .select(({ fn }) => fn.min('sequence').as('first'))
      .executeTakeFirst()
    return Math.max(0, Number(row?.first ?? 1) - 1)
  }

  /** Forgets ids that no resumption can bring again. */
  async prune(days: number): Promise<void> {
    await sql`delete from applied_events where applied_at < now() - make_interval(days => ${days})`.execute(this.#db)
  }

  /** How many facts were set aside. */
  async refused(): Promise<number> {
    const row = await this.#db
      .selectFrom('refused_events')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirst()
    return Number(row?.count ?? 0)
  }
}
