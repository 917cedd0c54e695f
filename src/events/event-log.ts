import { type Kysely, sql } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import { type Clock, jsonText, type Logger, messageOf, newId } from '../kernel/index.ts'
import { type CommittedEvent, type EventData, type EventType, type HotlineEvent, subjectOf } from './event.ts'
import type { EventJournal } from './event-journal.ts'

/** Key of the advisory lock that makes the order of commits the order of sequences, whoever writes. */
const appendLock = 12345_01
/** Facts in one transaction: what piled up while the one before was written, and the more of it the fewer commits. */
const batchSize = 5000
/** Milliseconds between attempts while the database is away. */
const retryEvery = 250

export interface EventLogOptions {
  readonly db: Database
  readonly journal: EventJournal
  /** What an earlier process left in the journal. */
  readonly left: readonly HotlineEvent[]
  readonly clock: Clock
  readonly logger: Logger
  /** The epoch under which this process writes; without it anybody may, as in a test. */
  readonly epoch?: () => number
  /** Another process writes the log now: nothing of ours is taken any more. */
  readonly onFenced?: () => void
}

/**
 * The log of facts. `append` returns at once: the fact is on local disk and in memory, and one writer brings it to
 * PostgreSQL in order. A slow or missing database therefore stops no call.
 */
export class EventLog {
  readonly #options: EventLogOptions
  readonly #recorded: ((event: HotlineEvent) => void)[] = []
  readonly #committed: ((events: readonly CommittedEvent[]) => void)[] = []
  #pending: HotlineEvent[]
  #writing = false
  #closing = false
  #complained = false
  #idle: (() => void)[] = []

  constructor(options: EventLogOptions) {
    this.#options = options
    this.#pending = [...options.left]
    this.#kick()
  }

  /** Records a fact. `time` defaults to now; facts of a leg carry the time at which the switch told of it. */
  append<T extends EventType>(type: T, data: EventData<T>, time = this.#options.clock.now()): HotlineEvent {
    const subject = subjectOf(type, data as Record<string, unknown>)
    const event = { id: newId(), type, subject, time, data } as unknown as HotlineEvent
    this.#options.journal.write(event)
    this.#pending.push(event)
    for (const listener of this.#recorded) listener(event)
    this.#kick()
    return event
  }

  /** Hears every fact at once, from memory, before it is committed. For what must be quick. */
  onRecorded(listener: (event: HotlineEvent) => void): void {
    this.#recorded.push(listener)
  }

  /** Hears every fact after its commit, in the order of the log. For what must not be lost. */
  onCommitted(listener: (events: readonly CommittedEvent[]) => void): void {
    this.#committed.push(listener)
  }

  /** Facts not in the database yet. */
  get backlog(): number {
    return this.#pending.length
  }

  /** Reads on from a sequence, oldest first. */
  read(options: { after: number; limit: number; subject?: string }): Promise<CommittedEvent[]> {
    return readEvents(this.#options.db, options)
  }

  /** Whether it tells of that already. */
  async has({ type, subject }: { type: EventType; subject: string }): Promise<boolean> {
    if (this.#pending.some((event) => event.type === type && event.subject === subject)) return true
    const row = await this.#options.db
      .selectFrom('events')
      .select('sequence')
      .where('subject', '=', subject)
      .where('type', '=', type)
      .executeTakeFirst()
    return row !== undefined
  }

  /** Resolves when everything appended so far is committed, or after `withinMs`; says whether it is. */
  async flush(withinMs: number): Promise<boolean> {
    if (this.#pending.length === 0) return true
    await Promise.race([
      new Promise<void>((resolve) => this.#idle.push(resolve)),
      new Promise<void>((resolve) => this.#options.clock.after(withinMs, resolve)),
    ])
    return this.#pending.length === 0
  }

  /** Writes what is left, up to `withinMs`; the rest stays in the journal for the next start. */
  async close(withinMs = 3000): Promise<void> {
    const empty = await this.flush(withinMs)
    this.#closing = true
    this.#options.journal.close({ empty })
  }

  #kick(): void {
    if (this.#writing || this.#pending.length === 0) return
    this.#writing = true
    // Facts of the same moment go together.
    setImmediate(() => void this.#write())
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0 && !this.#closing) {
      const batch = this.#pending.slice(0, batchSize)
      try {
        const committed = await this.#options.db
          .transaction()
          .execute((transaction) => this.#insert(transaction, batch))
        this.#pending = this.#pending.slice(batch.length)
        this.#complained = false
        for (const listener of this.#committed) listener(committed)
        // Closed meanwhile, it keeps what it has: the next start finds that it is written already.
        this.#options.journal.committed({ all: this.#pending.length === 0 && !this.#closing })
      } catch (error) {
        this.#complain(error)
        await new Promise<void>((resolve) => this.#options.clock.after(retryEvery, resolve))
      }
    }
    this.#writing = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #insert(transaction: Kysely<DatabaseSchema>, batch: readonly HotlineEvent[]) {
    await sql`select pg_advisory_xact_lock(${appendLock})`.execute(transaction)
    const epoch = this.#options.epoch?.() ?? null
    const sequences = await insertBatch(transaction, batch, epoch)
    if (sequences) return inOrder(batch, sequences)
    await this.#refuseIfFenced(transaction, epoch)
    // A batch whose commit was not heard of was sent again: what is there already is found, not written twice.
    return inOrder(batch, await sequencesOf(transaction, batch))
  }

  /** What a process thinks that was frozen while another took over is no fact (src/db/lease.ts). */
  async #refuseIfFenced(transaction: Kysely<DatabaseSchema>, epoch: number | null): Promise<void> {
    if (epoch === null) return
    const { rows } = await sql<{ epoch: number }>`select epoch from leases where name = 'hotline'`.execute(transaction)
    if ((rows[0]?.epoch ?? 0) <= epoch) return
    this.#options.onFenced?.()
    throw new Error('another hotline process writes the log now')
  }

  #complain(error: unknown): void {
    if (this.#complained) return
    this.#complained = true
    this.#options.logger.warn(
      { reason: messageOf(error) },
      'facts cannot be written to the database: kept on disk, trying again',
    )
  }
}

/**
 * Writes a batch in one statement, unless a later epoch holds the lease, and wakes those who read. Returns the sequences in
 * the batch's order, or undefined where not every fact was written.
 */
async function insertBatch(
  transaction: Kysely<DatabaseSchema>,
  batch: readonly HotlineEvent[],
  epoch: number | null,
): Promise<readonly number[] | undefined> {
  const { rows } = await sql<{ first: number; last: number; written: number }>`
    with inserted as (
      insert into events (id, type, subject, time, data)
      select id, type, subject, to_timestamp(time / 1000.0), data
      from unnest(
        ${batch.map(({ id }) => id)}::uuid[], ${batch.map(({ type }) => type)}::text[],
        ${batch.map(({ subject }) => subject)}::text[], ${batch.map(({ time }) => time)}::float8[],
        string_to_array(${batch.map(({ data }) => jsonText(data)).join('\n')}, E'\n')::jsonb[]
      ) with ordinality as fact (id, type, subject, time, data, place)
      where not exists (select from leases where name = 'hotline' and epoch > ${epoch}::bigint)
      order by place
      on conflict (id) do nothing
      returning sequence
    )
    select min(sequence) as first, max(sequence) as last, count(*) as written, pg_notify('yihao_events', '')
    from inserted`.execute(transaction)
  const { first, last, written } = rows[0] ?? { first: 0, last: 0, written: 0 }
  // Nobody else writes while we hold the lock, so what was all written has sequences without a gap, in the order of places.
  if (written !== batch.length || last - first + 1 !== written) return undefined
  return batch.map((_event, place) => first + place)
}

async function sequencesOf(transaction: Kysely<DatabaseSchema>, batch: readonly HotlineEvent[]): Promise<number[]> {
  const { rows } = await sql<{ sequence: number; id: string }>`
    select sequence, id from events where id = any(${batch.map(({ id }) => id)}::uuid[])`.execute(transaction)
  const found = new Map(rows.map(({ id, sequence }) => [id, sequence]))
  return batch.map(({ id }) => found.get(id) ?? 0)
}

function inOrder(batch: readonly HotlineEvent[], sequences: readonly number[]): CommittedEvent[] {
  return batch
    .map((event, place) => ({ ...event, sequence: sequences[place] ?? 0 }) as CommittedEvent)
    .sort((a, b) => a.sequence - b.sequence)
}

/** Reads committed facts after a sequence, oldest first; for processes that only read. */
export async function readEvents(
  db: Kysely<DatabaseSchema>,
  { after, limit, subject }: { after: number; limit: number; subject?: string },
): Promise<CommittedEvent[]> {
  let query = db.selectFrom('events').selectAll().where('sequence', '>', after)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  const rows = await query.orderBy('sequence').limit(limit).execute()
  return rows.map(
    ({ sequence, id, type, subject, time, data }) =>
      ({ sequence, id, type, subject, time: time.getTime(), data }) as CommittedEvent,
  )
}

/** The newest sequence in the log, 0 when it is empty. */
export async function lastSequence(db: Kysely<DatabaseSchema>): Promise<number> {
  const row = await db
    .selectFrom('events')
    .select(({ fn }) => fn.max('sequence').as('last'))
    .executeTakeFirst()
  return Number(row?.last ?? 0)
}
