import { sql } from 'kysely'
import type { Database } from '../db/index.ts'
import { agentStates } from '../events/index.ts'
import { agentTalks, callsOut, talkedMs, talksOfCallers, talksOfCallsOut } from './agent-talks-store.ts'
import type { CallsOut } from './figures.ts'

/** Where an agent's time went, in milliseconds; the parts add up to `loggedIn`. */
export interface AgentTimes {
  readonly loggedIn: number
  readonly ready: number
  readonly ringing: number
  /** With somebody on the line who is not on hold. */
  readonly talking: number
  readonly held: number
  readonly wrapUp: number
  readonly monitoring: number
  /** By why the agent was not ready. */
  readonly notReady: Readonly<Record<string, number>>
}

/** What one agent did in a span. See docs/metrics.md. */
export interface AgentFigures {
  readonly agentId: string
  /** Calls of which this agent was the first to answer. */
  readonly answered: number
  /** Calls whose caller the agent had on the line, those a colleague handed over included; and those of them where it is so now. */
  readonly handled: number
  readonly talking: number
  /** Milliseconds with these callers on the line, of the talks that are over. */
  readonly talkedMs: number
  readonly out: CallsOut
  /** Offers the agent let ring, rejected, or could not be reached for. */
  readonly missed: number
  readonly averageRating: number | null
  readonly timesMs: AgentTimes
}

/** Figures of the agents, from the records and the log. */
export class AgentFiguresStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /** By agent, those who were logged in, or of whom any call is on record, in the span; `agentId` asks for one alone. */
  async agents({
    from,
    to,
    agentId = null,
  }: {
    from: Date
    to: Date
    agentId?: string | null
  }): Promise<AgentFigures[]> {
    const { rows } = await sql<AgentFigures>`
      with ${callsOut({ from, to })},
      ${agentTalks(sql`${talksOfCallers({ from, to })} union all ${talksOfCallsOut}`)}, sorted as (
        select talks.*, exists (select from placed where placed.call = talks.call) as outbound from talks
      ), calls as (
        select agent, count(distinct call) filter (where not outbound) as handled,
          count(*) filter (where not outbound and ends is null) as under_way,
          ${talkedMs('not outbound')} as talked, ${talkedMs('outbound')} as talked_out
        from sorted group by agent
      ), answers as (
        select agent, count(*) as answered from (
          select distinct on (call) agent from begun where type = 'call.answered' order by call, sequence
        ) as first group by agent
      ), attempts as (
        select agent, count(*) as placed, count(reached) as reached from placed left join lateral (
          select true as reached from events where subject = placed.call and type = 'call.reached' limit 1
        ) as answer on true group by agent
      ), ratings as (
        select data->>'agentId' as agent, avg((data->>'rating')::int) as rating from events
        where type = 'call.rated' and time >= ${from} and time < ${to} group by 1
      ), misses as (
        select data->>'agentId' as agent, count(*) as missed from events
        where type = 'agent.offer-failed' and data->>'outcome' <> 'withdrawn' and time >= ${from} and time < ${to}
        group by 1
      ), ${agentStates({ from, to })}, ${held({ from, to })}, times as (
        select agent, ${total("state <> 'offline'")} as logged_in, ${total("state = 'ready'")} as ready,
          ${total("state = 'ringing'")} as ringing, ${total("state = 'talking'")} as talking,
          ${total("state = 'wrapUp'")} as wrap_up, ${total("state = 'monitoring'")} as monitoring
        from states where ends > begins group by agent
      ), reasons as (
        select agent, jsonb_object_agg(reason, ms) as not_ready from (
          select agent, coalesce(reason, '') as reason, ${total('true')} as ms
          from states where state = 'notReady' and ends > begins group by 1, 2
        ) as by_reason group by agent
      )
      select agent as "agentId", coalesce(answered, 0)::int as "answered", coalesce(handled, 0)::int as "handled",
        coalesce(under_way, 0)::int as "talking", coalesce(talked, 0) as "talkedMs", json_build_object('placed',
          coalesce(placed, 0), 'reached', coalesce(reached, 0), 'talkedMs', coalesce(talked_out, 0)) as "out",
        coalesce(missed, 0)::int as "missed",
        rating::float8 as "averageRating", json_build_object('loggedIn', coalesce(logged_in, 0), 'ready', coalesce(ready, 0),
          'ringing', coalesce(ringing, 0), 'talking', coalesce(talking, 0) - coalesce(on_hold, 0), 'held', coalesce(on_hold, 0),
          'wrapUp', coalesce(wrap_up, 0), 'monitoring', coalesce(monitoring, 0),
          'notReady', coalesce(not_ready, '{}')) as "timesMs"
      from calls full join answers using (agent) full join attempts using (agent) full join ratings using (agent)
        full join misses using (agent) full join times using (agent) left join held using (agent) left join reasons using (agent)
      where (${agentId}::text is null or agent = ${agentId})
        and (handled > 0 or placed > 0 or talked_out > 0 or missed > 0 or logged_in > 0) order by agent`.execute(
      this.#db,
    )
    return rows
  }
}

/** Milliseconds of the states for which a condition holds. */
function total(condition: string) {
  return sql`round(coalesce(sum(extract(epoch from ends - begins) * 1000) filter (where ${sql.raw(condition)}), 0))::float8`
}

/**
 * For a `with`: `held` has how long each agent's callers were on hold, by API or by the phone's own key. A hold ends when the caller is
 * fetched back, goes into a consultation, or the talk is over.
 */
function held({ from, to }: { from: Date; to: Date }) {
  return sql`holds as (
      select data->>'agentId' as agent, subject as call, type, time as begins,
        lead(time) over (partition by subject order by sequence) as ends
      from events
      where type in ('call.held', 'call.retrieved', 'call.consultation-started', 'call.released')
        and time >= ${from}::timestamptz - interval '1 day' and time < ${to}
    ), held as (
      select agent, round(sum(extract(epoch from
        least(holds.ends, states.ends) - greatest(holds.begins, states.begins)) * 1000))::float8 as on_hold
      from holds join states using (agent, call)
      where type = 'call.held' and state = 'talking' and holds.begins < states.ends
        and coalesce(holds.ends, states.ends) > states.begins and states.ends > states.begins
      group by agent
    )`
}
