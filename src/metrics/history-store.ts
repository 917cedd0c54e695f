import { sql } from 'kysely'
import type { Database } from '../db/index.ts'
import type { HotlineEvent } from '../events/index.ts'
import { agentTalks, callsOut, leavingTalk, talkedMs, talksOfCallsOut } from './agent-talks-store.ts'
import type { CallFigures, QueueCounts, RatingCounts, Thresholds } from './figures.ts'

export interface Span {
  readonly from: Date
  readonly to: Date
  /** One queue; all of them, each by itself, without. */
  readonly queue?: string | undefined
}

/** Counts of one queue, or of one line, in one interval. */
export interface IntervalCounts extends QueueCounts {
  /** Null: calls out that belong to no queue. */
  readonly queue: string | null
  /** When the interval begins. */
  readonly start: Date
}
export interface LineIntervalCounts extends Omit<IntervalCounts, 'queue'> {
  readonly line: string
}

/** A call as the log knows it, for the figures in memory. */
export interface LoggedCall extends CallFigures {
  readonly callId: string
  readonly line: string
  readonly released: boolean
}

/** The figures over history, by SQL. A call counts in the interval in which it was queued, a call out in that in which it was placed. */
export class HistoryStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /** Counts by queue and interval. Intervals are aligned to the hour, those of a day to midnight in China. */
  intervals(span: Span, intervalMinutes: number, thresholds: Thresholds): Promise<IntervalCounts[]> {
    return this.#counts<IntervalCounts>('queue', span, intervalMinutes, thresholds)
  }

  /** The same by the number that was dialled. */
  lineIntervals(span: Span, intervalMinutes: number, thresholds: Thresholds): Promise<LineIntervalCounts[]> {
    return this.#counts<LineIntervalCounts>('line', span, intervalMinutes, thresholds)
  }

  async #counts<Counts>(by: 'queue' | 'line', span: Span, minutes: number, thresholds: Thresholds): Promise<Counts[]> {
    const { from, to, queue = null } = span
    const start = (time: string) =>
      sql`date_bin(${`${minutes} minutes`}::interval, ${sql.ref(time)}, timestamptz '2000-01-01T00:00+08:00')`
    const { rows } = await sql<Counts>`
      with calls as (
        select ${sql.id(by)} as name, ${start('queued_at')} as start,
          answered_at is not null as answered,
          answered_at is null and abandoned_at is not null as abandoned,
          greatest(0, extract(epoch from coalesce(answered_at, abandoned_at, queued_at) - queued_at) * 1000) as waited
        from call_records
        where queue is not null and queued_at >= ${from} and queued_at < ${to} and (${queue}::text is null or queue = ${queue})
      ), inbound as (
        select name, start, count(*) as offered,
          count(*) filter (where answered) as answered,
          count(*) filter (where abandoned) as abandoned,
          count(*) filter (where answered and waited <= ${thresholds.answerWithinMs}) as answered_in_time,
          count(*) filter (where abandoned and waited <= ${thresholds.answerWithinMs}) as abandoned_in_time,
          count(*) filter (where abandoned and waited < ${thresholds.shortAbandonMs}) as short_abandons,
          coalesce(sum(waited) filter (where answered), 0)::float8 as waited,
          coalesce(max(waited), 0)::float8 as longest
        from calls group by name, start
      ), ${callsOut(span)}, ${agentTalks(talksOfCallsOut)}, outbound as (
        select ${sql.id(by)} as name, ${start('placed_at')} as start, count(*) as placed, count(reached) as reached,
          coalesce(sum(talked), 0) as talked
        from placed left join lateral (
          select true as reached from events where subject = placed.call and type = 'call.reached' limit 1
        ) as answer on true left join (select call, ${talkedMs()} as talked from talks group by call) as talk using (call)
        where ${queue}::text is null or queue = ${queue}
        group by 1, 2
      )
      select name as ${sql.id(by)}, start, coalesce(offered, 0) as "offered", coalesce(answered, 0) as "answered",
        coalesce(abandoned, 0) as "abandoned", coalesce(answered_in_time, 0) as "answeredInTime",
        coalesce(abandoned_in_time, 0) as "abandonedInTime", coalesce(short_abandons, 0) as "shortAbandons",
        coalesce(waited, 0) as "waitedMs", coalesce(longest, 0) as "longestWaitMs", json_build_object(
          'placed', coalesce(placed, 0), 'reached', coalesce(reached, 0), 'talkedMs', coalesce(talked, 0)) as "out"
      from inbound full join outbound using (name, start) order by start, name`.execute(this.#db)
    return rows
  }

  /** Ratings by queue and agent of the calls rated in the span. */
  async ratings({ from, to, queue }: Span): Promise<RatingCounts[]> {
    const { rows } = await sql<RatingCounts>`
      select data->>'queue' as "queue", data->>'agentId' as "agentId",
        count(*) filter (where type = 'call.rating-asked') as "asked",
        count(*) filter (where type = 'call.rated') as "rated",
        ${sql.join([1, 2, 3, 4, 5].map((rating) => sql`count(*) filter (where data->>'rating' = ${String(rating)}) as ${sql.id(`rated${rating}`)}`))}
      from events
      where type in ('call.rating-asked', 'call.rated') and time >= ${from} and time < ${to}
        and (${queue ?? null}::text is null or data->>'queue' = ${queue ?? null})
      group by 1, 2 order by 1, 2`.execute(this.#db)
    return rows
  }

  /** What is on record of calls out placed since `from`, and of when their agents stopped to talk, in order. */
  async callsOutSince(from: Date): Promise<HotlineEvent[]> {
    const { rows } = await sql<{ id: string; type: string; subject: string; time: Date; data: unknown }>`
      with ${callsOut({ from, to: new Date(8.64e15) })}, ${agentTalks(talksOfCallsOut)}, facts as (
        select events.* from placed join events on subject = placed.call
        union all
        select leaving.* from begun, lateral (${leavingTalk}) as leaving
      )
      select distinct on (sequence) id, type, subject, time, data from facts order by sequence`.execute(this.#db)
    return rows.map((row) => ({ ...row, time: row.time.getTime() }) as HotlineEvent)
  }

  /** Calls queued since `from`, as the live figures begin with after a restart; with a branch nobody waits. */
  async callsSince(from: Date): Promise<LoggedCall[]> {
    const rows = await this.#db
      .selectFrom('call_records')
      .select(['call_id', 'line', 'queue', 'queued_at', 'answered_at', 'abandoned_at', 'released_at', 'transferred_to'])
      .where('queued_at', '>=', from)
      .execute()
    return rows.flatMap((row) =>
      row.queue === null || row.queued_at === null
        ? []
        : [
            {
              callId: row.call_id,
              line: row.line,
              queue: row.queue,
              queuedAt: row.queued_at.getTime(),
              answeredAt: row.answered_at?.getTime() ?? null,
              abandonedAt: row.abandoned_at?.getTime() ?? null,
              released: row.released_at !== null || row.transferred_to !== null,
            },
          ],
    )
  }
}
