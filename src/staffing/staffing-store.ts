import { sql } from 'kysely'
import type { Database } from '../db/index.ts'
import type { Wait } from './patience.ts'
import type { MeasuredInterval } from './staffing-plan.ts'

/** Whole half hours, the first included, the last not. */
export interface StaffingSpan {
  readonly from: Date
  readonly to: Date
}

/** Seats that count as staffed, and those of them that a call takes up. */
const staffed = sql.raw(`('ready', 'ringing', 'talking', 'wrapUp')`)
const occupied = sql.raw(`('ringing', 'talking', 'wrapUp')`)
/** Samples the simulation draws from; more would not tell more. */
const samples = 4000

/** What the log says of calls and seats, as the staffing needs it. All queues are one pool of seats. */
export class StaffingStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /** Every half hour of the span, those without calls included. */
  async intervals({ from, to }: StaffingSpan, within: number): Promise<MeasuredInterval[]> {
    const { rows } = await sql<Record<keyof MeasuredInterval, number>>`
      with slots as (select generate_series(${from}::timestamptz, ${to}::timestamptz - interval '30 minutes', interval '30 minutes') as slot),
      calls as (
        select date_bin('30 minutes', queued_at, ${from}::timestamptz) as slot, count(*) as arrivals,
          count(*) filter (where answered_at is not null) as answered,
          count(*) filter (where answered_at is null and abandoned_at is not null) as abandoned,
          count(*) filter (where answered_at - queued_at <= make_interval(secs => ${within})) as in_time,
          sum(greatest(0, extract(epoch from coalesce(answered_at, abandoned_at) - queued_at))) as waited
        from call_records
        where queue is not null and direction = 'inbound' and queued_at >= ${from} and queued_at < ${to} group by 1
      ),
      ${this.#states({ from, to })},
      seats as (
        select slot,
          sum(extract(epoch from least(ends, slot + interval '30 minutes') - greatest(begins, slot))) as staffed,
          sum(extract(epoch from least(ends, slot + interval '30 minutes') - greatest(begins, slot)))
            filter (where state in ${occupied}) as occupied
        from states, lateral generate_series(
          date_bin('30 minutes', begins, ${from}::timestamptz), ends - interval '1 microsecond', interval '30 minutes') as slot
        where state in ${staffed} and ends > begins group by slot
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
    const { rows } = await sql<{ seconds: number }>`
      with ${this.#states(span)},
      runs as (
        select agent, state, begins, ends, count(*) filter (where state not in ${occupied})
          over (partition by agent order by begins, number) as run from states
      )
      select extract(epoch from max(ends) - min(begins))::float8 as seconds from runs
      where state in ${occupied} group by agent, run
      having bool_or(state = 'talking') and max(ends) > min(begins)
      order by max(begins) desc limit ${samples}`.execute(this.#db)
    return rows.map(({ seconds }) => seconds)
  }

  /** The latest waits. */
  async waits({ from, to }: StaffingSpan): Promise<Wait[]> {
    const { rows } = await sql<Wait>`
      select greatest(0, extract(epoch from coalesce(answered_at, abandoned_at) - queued_at))::float8 as seconds,
        answered_at is null as abandoned
      from call_records
      where queue is not null and direction = 'inbound' and queued_at >= ${from} and queued_at < ${to}
        and coalesce(answered_at, abandoned_at) is not null
      order by queued_at desc limit ${samples}`.execute(this.#db)
    return rows
  }

  /**
   * Agents' states within the span, each from its beginning to the next. One that began more than a day before the span
   * is not known, since nobody is at work that long.
   */
  #states({ from, to }: StaffingSpan) {
    return sql`changes as (
        select sequence as number, data->>'agentId' as agent, data->>'to' as state, time as begins,
          lead(time) over (partition by data->>'agentId' order by sequence) as ends
        from events
        where type = 'agent.state-changed' and time >= ${from}::timestamptz - interval '1 day' and time < ${to}
      ),
      states as (
        select number, agent, state, greatest(begins, ${from}::timestamptz) as begins, least(coalesce(ends, now()), ${to}::timestamptz) as ends
        from changes where coalesce(ends, now()) > ${from}
      )`
  }
}
