import { type Selectable, sql } from 'kysely'
import { newId, newSecret } from '../../kernel/index.ts'
import type { StreamEvent } from '../stream/stream-store.ts'
import { jobSchema, type TicketDatabase, type TicketTables } from '../ticket-database.ts'

/** Somebody who wants facts by HTTP. */
export interface Webhook {
  readonly webhookId: string
  readonly url: string
  readonly secret: string
  /** Types of facts, `*` for all. */
  readonly types: readonly string[]
  readonly cursor: { readonly tx: string; readonly sequence: number }
  /** Failures since the last success. */
  readonly failures: number
  readonly lastError: string | null
  readonly deliveredAt: number | null
}

export interface StoredFact {
  readonly tx: string
  readonly sequence: number
  readonly eventId: string
  readonly type: string
  readonly subject: string
  readonly time: Date
  readonly data: unknown
}

/** Webhooks and the facts they are owed. */
export class WebhookStore {
  readonly #db: TicketDatabase

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  /** A new webhook, which hears of what happens from now on. The secret is made here. */
  async create({ url, types }: { url: string; types: readonly string[] }): Promise<Webhook> {
    const row = await this.#db
      .insertInto('webhooks')
      .values({
        webhook_id: newId(),
        url,
        secret: newSecret(32),
        types: [...types],
        cursor_tx: sql<string>`pg_snapshot_xmin(pg_current_snapshot())`,
        cursor_sequence: 0,
        last_error: null,
        delivered_at: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    return toWebhook(row)
  }

  async all(): Promise<Webhook[]> {
    return (await this.#db.selectFrom('webhooks').selectAll().orderBy('webhook_id').execute()).map(toWebhook)
  }

  async find(webhookId: string): Promise<Webhook | undefined> {
    const query = this.#db.selectFrom('webhooks').selectAll().where('webhook_id', '=', webhookId)
    const row = await query.executeTakeFirst()
    return row && toWebhook(row)
  }

  async remove(webhookId: string): Promise<boolean> {
    const query = this.#db.deleteFrom('webhooks').where('webhook_id', '=', webhookId)
    return (await query.executeTakeFirst()).numDeletedRows > 0n
  }

  /**
   * Facts after a webhook's place, in the order of their transactions. What a running transaction may still write before is waited for: so
   * that none is passed over.
   */
  async owed({ cursor }: Webhook, limit: number): Promise<StoredFact[]> {
    const { rows } = await sql<Omit<StoredFact, 'eventId'> & { event_id: string }>`
      select tx, sequence, event_id, type, subject, time, data from facts
      where (tx, sequence) > (${cursor.tx}::xid8, ${cursor.sequence}::bigint)
        and tx < pg_snapshot_xmin(pg_current_snapshot())
      order by tx, sequence limit ${limit}`.execute(this.#db)
    return rows.map(({ event_id, ...fact }) => ({ ...fact, eventId: event_id }))
  }

  /** Everything up to a fact was delivered, or is not wanted. */
  async advance(webhookId: string, { tx, sequence }: { tx: string; sequence: number }): Promise<void> {
    await sql`
      update webhooks set cursor_tx = ${tx}::xid8, cursor_sequence = ${sequence}, failures = 0, last_error = null,
        delivered_at = now() where webhook_id = ${webhookId}`.execute(this.#db)
  }

  async fail(webhookId: string, reason: string): Promise<void> {
    await sql`
      update webhooks set failures = failures + 1, last_error = ${reason.slice(0, 500)}
      where webhook_id = ${webhookId}`.execute(this.#db)
  }

  /** Plans a delivery; one planned already is enough. */
  async plan(webhookId: string, at: Date): Promise<void> {
    await sql`
      select ${sql.ref(`${jobSchema}.add_job`)}('webhook', json_build_object('webhookId', ${webhookId}::text),
        run_at => ${at}::timestamptz, job_key => ${`webhook:${webhookId}`}, queue_name => ${`webhook:${webhookId}`})`.execute(
      this.#db,
    )
  }

  /** Facts that every webhook has had, older than some days, are not kept. */
  async prune(days: number): Promise<void> {
    await sql`
      delete from facts where time < now() - make_interval(days => ${days})
        and tx < coalesce((select min(cursor_tx) from webhooks), pg_snapshot_xmin(pg_current_snapshot()))`.execute(
      this.#db,
    )
  }
}

/** Keeps a fact of the hotline for the webhooks that want its type. */
export async function keepForWebhooks(db: TicketDatabase, event: StreamEvent): Promise<void> {
  await sql`
    insert into facts (event_id, type, subject, time, data)
    select ${event.id}::uuid, ${event.type}::text, ${event.subject}, ${event.time}::timestamptz, ${JSON.stringify(event.data)}::jsonb
    where exists (select from webhooks where types && array[${event.type}::text, '*'])`.execute(db)
}

function toWebhook(row: Selectable<TicketTables['webhooks']>): Webhook {
  return {
    webhookId: row.webhook_id,
    url: row.url,
    secret: row.secret,
    types: row.types,
    cursor: { tx: row.cursor_tx, sequence: row.cursor_sequence },
    failures: row.failures,
    lastError: row.last_error,
    deliveredAt: row.delivered_at?.getTime() ?? null,
  }
}
