import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import { jsonText } from '../kernel/index.ts'
import type { CommittedEvent, EventType, HotlineEvent } from './event.ts'

/** Key of the advisory lock that makes the order of commits the order of sequences, whoever writes. */
const appendLock = 12345_01

/** Who writes, and under which epoch. */
export interface Writer {
  readonly epoch: number | null
  readonly holder: string | null
}

/**
 * Writes a batch in one statement, which is its own transaction, unless a later epoch holds the lease, and wakes those who read.
 * Returns the sequences in the batch's order, or undefined where not every fact was written.
 *
 * The statement sees the database as it was before it waited for the lock; `epoch_of_another` does not. Locking the lease's row would
 * hold up its renewal where a commit waits for a replica.
 */
export async function insertBatch(
  db: Database,
  batch: readonly HotlineEvent[],
  { epoch, holder }: Writer,
): Promise<readonly number[] | undefined> {
  const { rows } = await sql<{ first: number; last: number; written: number }>`
    with locked as materialized (
      select pg_advisory_xact_lock(${appendLock})
    ), lease as materialized (
      select epoch_of_another('hotline', ${holder}) as epoch from locked
    ), inserted as (
      insert into events (id, type, subject, time, data)
      select id, type, subject, to_timestamp(time / 1000.0), data
      from locked, unnest(
        ${batch.map(({ id }) => id)}::uuid[], ${batch.map(({ type }) => type)}::text[],
        ${batch.map(({ subject }) => subject)}::text[], ${batch.map(({ time }) => time)}::float8[],
        string_to_array(${batch.map(({ data }) => jsonText(data)).join('\n')}, E'\n')::jsonb[]
      ) with ordinality as fact (id, type, subject, time, data, place)
      where not exists (select from lease where epoch > ${epoch}::bigint)
      order by place
      on conflict (id) do nothing
      returning sequence
    )
    select min(sequence) as first, max(sequence) as last, count(*) as written, pg_notify('yihao_events', '')
    from inserted`.execute(db)
  const { first, last, written } = rows[0] ?? { first: 0, last: 0, written: 0 }
  // Nobody else writes while we hold the lock, so what was all written has sequences without a gap, in the order of places.
  if (written !== batch.length || last - first + 1 !== written) return undefined
  return batch.map((_event, place) => first + place)
}

/** The sequences of facts that are there already, 0 of one that is not. */
export async function sequencesOf(db: Database, batch: readonly HotlineEvent[]): Promise<number[]> {
  const { rows } = await sql<{ sequence: number; id: string }>`
    select sequence, id from events where id = any(${batch.map(({ id }) => id)}::uuid[])`.execute(db)
  const found = new Map(rows.map(({ id, sequence }) => [id, sequence]))
  return batch.map(({ id }) => found.get(id) ?? 0)
}

/** Reads committed facts after a sequence, oldest first; for processes that only read. */
export async function readEvents(
  db: Kysely<DatabaseSchema>,
  { after, limit, subject }: { after: number; limit: number; subject?: string },
): Promise<CommittedEvent[]> {
  let query = db.selectFrom('events').selectAll().where('sequence', '>', after)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  return (await query.orderBy('sequence').limit(limit).execute()).map(committed)
}

/** Facts of agents that name a call: their subject is the agent, so they are looked for in the time of the call. */
const ringFacts: readonly EventType[] = ['agent.offered', 'agent.ringing', 'agent.offer-failed']

/** The facts of a call, and of the phones of agents it rang, oldest first. */
export async function readTimeline(db: Kysely<DatabaseSchema>, callId: string): Promise<CommittedEvent[]> {
  const { rows } = await sql<Selectable<DatabaseSchema['events']>>`
    with own as (
      select * from events where subject = ${callId} order by sequence limit 1000
    ), call as (
      select min(time) - interval '1 minute' as begins,
        coalesce(max(time) filter (where type = 'call.released'), now()) + interval '1 minute' as ends
      from own having count(*) > 0
    )
    select * from own
    union all
    select * from events
    where type = any(${ringFacts}) and time >= (select begins from call) and time <= (select ends from call)
      and data->>'callId' = ${callId}
    order by sequence`.execute(db)
  return rows.map(committed)
}

function committed({ time, ...event }: Selectable<DatabaseSchema['events']>): CommittedEvent {
  return { ...event, time: time.getTime() } as CommittedEvent
}

/** The newest sequence in the log, 0 when it is empty. */
export async function lastSequence(db: Kysely<DatabaseSchema>): Promise<number> {
  const row = await db
    .selectFrom('events')
    .select(({ fn }) => fn.max('sequence').as('last'))
    .executeTakeFirst()
  return Number(row?.last ?? 0)
}
