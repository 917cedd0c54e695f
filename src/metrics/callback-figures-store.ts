import { sql } from 'kysely'
import type { Database } from '../db/index.ts'
import type { HotlineEvent } from '../events/index.ts'
import { type CallbackCounts, citizensOutcomes } from './callback-figures.ts'
import type { Span } from './history-store.ts'

export interface CallbackDay extends CallbackCounts {
  /** Null: the caller was in no queue, as one who gave up in the menu. */
  readonly queue: string | null
  /** YYYY-MM-DD, in the city's time zone. */
  readonly day: string
}

/** Figures of callbacks, from the log. */
export class CallbackFiguresStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /** By day and queue, those that were opened in the span. `zone` is the IANA name of the time zone the days are of. */
  async days({ from, to, queue }: Span, zone: string): Promise<CallbackDay[]> {
    const { rows } = await sql<CallbackDay>`
      with one as (
        select subject, time as opened_at, data->>'queue' as queue, data->>'kind' as kind, (data->>'missedCalls')::int as missed_calls
        from events
        where type = 'callback.opened' and time >= ${from} and time < ${to}
          and (${queue ?? null}::text is null or data->>'queue' = ${queue ?? null})
      ), told as (
        select one.*, later.* from one, lateral (
          select min(time) filter (where type = 'callback.reached') as reached_at,
            count(distinct data->>'callId') filter (where type = 'callback.failed' and data->>'outcome' = any(${citizensOutcomes})) as failures,
            min(data->>'outcome') filter (where type = 'callback.closed') as outcome,
            max((data->>'missedCalls')::int) filter (where type = 'callback.merged') as merged_calls
          from events where subject = one.subject) as later
      )
      select queue, to_char(opened_at at time zone ${zone}, 'YYYY-MM-DD') as "day",
        (count(*) filter (where kind = 'requested'))::int as "asked",
        (count(*) filter (where kind = 'missed'))::int as "missed",
        (count(*) filter (where kind = 'opened'))::int as "opened",
        (sum(greatest(missed_calls, merged_calls)))::int as "missedCalls",
        (count(*) filter (where failures > 0 or reached_at is not null))::int as "kept",
        (count(reached_at))::int as "reached",
        (sum(failures))::int as "failedAttempts",
        ${sql.join(['answered', 'failed', 'expired', 'cancelled', 'merged'].map((outcome) => sql`(count(*) filter (where outcome = ${outcome}))::int as ${sql.id(outcome)}`))},
        (count(*) filter (where outcome is null))::int as "stillOpen",
        percentile_cont(0.5) within group (order by extract(epoch from reached_at - opened_at)::float8) as "medianSecondsToReach"
      from told group by 1, 2 order by 2, 1`.execute(this.#db)
    return rows
  }

  /** What is on record of callbacks opened since `from`, and of those that are open whenever that was, in order. */
  async factsSince(from: Date): Promise<HotlineEvent[]> {
    const { rows } = await sql<{ id: string; type: string; subject: string; time: Date; data: unknown }>`
      select id, type, subject, time, data from events
      where subject in (select callback_id::text from callbacks where opened_at >= ${from} or closed_at is null)
      order by sequence`.execute(this.#db)
    return rows.map((row) => ({ ...row, time: row.time.getTime() }) as HotlineEvent)
  }
}
