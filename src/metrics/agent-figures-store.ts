import { sql } from 'kysely'
import type { Database } from '../db/index.ts'

/** What one agent did in a span. See docs/metrics.md. */
export interface AgentFigures {
  readonly agentId: string
  /** Calls answered, and those of them not over yet. */
  readonly answered: number
  readonly talking: number
  /** Milliseconds from the answer to the release, of the answered calls that are over. */
  readonly talkedMs: number
  /** Offers the agent let ring, rejected, or could not be reached for. */
  readonly missed: number
  readonly averageRating: number | null
}

/** Figures of the agents, from the records and the log. */
export class AgentFiguresStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /** By agent, those of whom anything is on record in the span; `agentId` asks for one alone. */
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
      with calls as (
        select agent_id as agent, count(*) as answered, count(*) filter (where released_at is null) as talking,
          coalesce(sum(extract(epoch from released_at - answered_at) * 1000), 0) as talked, avg(rating) as rating
        from call_records
        where agent_id is not null and answered_at >= ${from} and answered_at < ${to} group by agent_id
      ), misses as (
        select data->>'agentId' as agent, count(*) as missed from events
        where type = 'agent.offer-failed' and data->>'outcome' <> 'withdrawn' and time >= ${from} and time < ${to}
        group by 1
      )
      select agent as "agentId", coalesce(answered, 0)::int as "answered", coalesce(talking, 0)::int as "talking",
        round(coalesce(talked, 0))::float8 as "talkedMs", coalesce(missed, 0)::int as "missed",
        rating::float8 as "averageRating"
      from calls full join misses using (agent)
      where ${agentId}::text is null or agent = ${agentId} order by agent`.execute(this.#db)
    return rows
  }
}
