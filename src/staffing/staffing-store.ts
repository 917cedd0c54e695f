import { sql } from 'kysely'
import type { Database } from '../db/index.ts'
import { agentStates } from '../events/index.ts'
import type { Wait } from './patience.ts'
import type { MeasuredInterval } from './staffing-plan.ts'

/** Whole half hours, the first included, the last not. */
export interface StaffingSpan {
  readonly from: Date
  readonly to: Date
  /** One queue; all of them as one pool of seats, without. */
  readonly queue?: string | undefined
}

/** Seats that count as staffed, and those of them that a call takes up. */
const staffed = sql.raw(`('ready', 'ringing', 'talking', 'wrapUp')`)
const occupied = sql.raw(`('ringing', 'talking', 'wrapUp')`)
/** Samples the simulation draws from; more would not tell more. */
const samples = 4000

/** What the log says of calls and seats, as the staffing needs it. */
export class StaffingStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /**
   * Every half hour of the span, those without calls included. Of one queue an agent is as much of a seat as its calls are of
   * those that took the agent up in the span: who takes calls of two queues is not a whole seat in both.
   */
  async intervals(span: StaffingSpan, within: number): Promise<MeasuredInterval[]> {
    const { from, to, queue = null } = span
    const { rows } = await sql<Record<keyof MeasuredInterval, number>>`
      with slots as (select generate_series(${from}::timestamptz, ${to}::timestamptz - interval '30 minutes', interval '30 minutes') as slot),
      calls as (
        select date_bin('30 minutes', queued_at, ${from}::timestamptz) as slot, count(*) as arrivals,
          count(*) filter (where answered_at is not null) as answered,
          count(*) filter (where answered_at is null and abandoned_at is not null) as abandoned,
          count(*) filter (where answered_at - queued_at <= make_interval(secs => ${within})) as in_time,
          sum(greatest(0, extract(epoch from coalesce(answered_at, abandoned_at) - queued_at))) as waited
        from call_records
        where ${queued(span)} group by 1
      ),
      ${works(span)},
      shares as (
        select agent, sum(extract(epoch from ends - begins)) filter (where ${queue}::text is null or queue = ${queue})
          / sum(extract(epoch from ends - begins)) as share
        from works where state in ${occupied} and ends > begins group by agent
      ),
      parts as (
        select slot, state in ${occupied} and (${queue}::text is null or queue = ${queue}) as taken,
          extract(epoch from least(ends, slot + interval '30 minutes') - greatest(begins, slot)) as seconds,
          case when ${queue}::text is null then 1 else coalesce(share, 0) end as share
        from works left join shares using (agent), lateral generate_series(
          date_bin('30 minutes', begins, ${from}::timestamptz), ends - interval '1 microsecond', interval '30 minutes') as slot
        where state in ${staffed} and ends > begins
      ),
      seats as (
        select slot, sum(seconds * share) as staffed, sum(seconds) filter (where taken) as occupied from parts group by slot
      )
      select (extract(epoch from slot) * 1000)::float8 as "start", coalesce(arrivals, 0)::int as "arrivals",
        coalesce(answered, 0)::int as "answered", coalesce(abandoned, 0)::int as "abandoned",
        coalesce(in_time, 0)::int as "answeredInTime", coalesce(waited, 0)::float8 as "waited",
        (coalesce(staffed, 0) / 1800)::float8 as "seats", coalesce(occupied, 0)::float8 as "occupied"
      from slots left join calls using (slot) left join seats using (slot) order by slot`.execute(this.#db)
    return rows
  }

  /** Seconds an agent was taken up by one call: from the ring to the end of the wrap-up. The latest ones. */
  async holdings(span: StaffingSpan): Promise<number[]> {
    const { queue = null } = span
    const { rows } = await sql<{ seconds: number }>`
      with ${works(span)}
      select extract(epoch from max(ends) - min(begins))::float8 as seconds from works
      where state in ${occupied} and (${queue}::text is null or queue = ${queue}) group by agent, run
      having bool_or(state = 'talking') and max(ends) > min(begins)
      order by max(begins) desc limit ${samples}`.execute(this.#db)
    return rows.map(({ seconds }) => seconds)
  }

  /** The latest waits. */
  async waits(span: StaffingSpan): Promise<Wait[]> {
    const { rows } = await sql<Wait>`
      select greatest(0, extract(epoch from coalesce(answered_at, abandoned_at) - queued_at))::float8 as seconds,
        answered_at is null as abandoned
      from call_records
      where ${queued(span)} and coalesce(answered_at, abandoned_at) is not null
      order by queued_at desc limit ${samples}`.execute(this.#db)
    return rows
  }
}

/** Calls of citizens that were queued in the span. */
function queued(span: StaffingSpan) {
  const { from, to, queue = null } = span
  return sql`queue is not null and direction = 'inbound' and queued_at >= ${from} and queued_at < ${to}
    and (${queue}::text is null or queue = ${queue})`
}

/**
 * For a `with`: `works` has the states of agents, each with the `run` it is in, which is one call from the ring to the end of the
 * wrap-up, and the queue that call came from. Calls out are left out: who calls somebody back is no seat for those who call.
 */
function works(span: StaffingSpan) {
  return sql`${agentStates(span)},
    begun as (
      select states.*, call_records.queue as own_queue, direction, state not in ${occupied}
          or (call is not null and call is distinct from lag(call) over (partition by agent order by begins, number)) as begins_run
      from states left join call_records on call_id = call::uuid
    ),
    runs as (
      select *, count(*) filter (where begins_run) over (partition by agent order by begins, number) as run from begun
    ),
    calls_of_runs as (
      select agent, run, max(own_queue) as queue, bool_or(direction = 'outbound') as out
      from runs where state in ${occupied} group by agent, run
    ),
    works as (
      select runs.*, queue from runs left join calls_of_runs using (agent, run) where state not in ${occupied} or out is not true
    )`
}
