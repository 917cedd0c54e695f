import { type RawBuilder, sql } from 'kysely'

/** With these an agent of ours has the citizen on the line; of the last two it is who was brought in. */
const talkBegins = ['call.answered', 'call.reached', 'call.taken-over', 'call.conferenced', 'call.transferred']

/** For a `with`: `placed` has the calls out that were placed in the span, as call, agent, queue, line, placed_at. */
export function callsOut({ from, to }: { from: Date; to: Date }): RawBuilder<unknown> {
  return sql`placed as (
      select subject as call, data->>'agentId' as agent, data->>'queue' as queue, data->>'line' as line, time as placed_at
      from events where type = 'call.placed' and time >= ${from} and time < ${to}
    )`
}

/** The facts with which talks with callers begin in the span. */
export function talksOfCallers({ from, to }: { from: Date; to: Date }): RawBuilder<unknown> {
  return sql`
    select sequence, type, subject, time, data from events as facts
    where type = any(${talkBegins}) and type <> 'call.reached' and time >= ${from} and time < ${to}
      and not exists (select from events as out where out.subject = facts.subject and out.type = 'call.placed')`
}

/** The facts with which talks of the calls in `placed` begin. */
export const talksOfCallsOut = sql`
  select facts.* from placed, lateral (
    select sequence, type, subject, time, data from events where subject = placed.call and type = any(${talkBegins})
  ) as facts`

/** The fact with which the agent of a talk in `begun` does not talk any more. */
export const leavingTalk = sql`
  select * from events where subject = begun.agent and type = 'agent.state-changed'
    and sequence > begun.sequence and data->>'from' = 'talking' order by sequence limit 1`

/**
 * For a `with`: `begun` has the facts asked for, each with the agent who has a citizen on the line from then on; `talks` has when each
 * agent had one, as call, agent, number, begins, ends; a talk that goes on has no end. It begins with one of the facts asked for, and
 * ends when the agent does not talk any more, whatever becomes of the call.
 */
export function agentTalks(facts: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`begun as (
      select sequence, type, subject as call, time, case when type in ('call.conferenced', 'call.transferred')
        then coalesce(data->>'colleague', substring(data->>'target' from '^agent:(.+)$')) else data->>'agentId' end as agent
      from (${facts}) as facts
      where not exists (
        select from events as failed where failed.subject = facts.subject and failed.type = 'call.join-failed'
          and failed.data->>'legId' = facts.data->>'legId')
    ),
    talks as (
      select call, agent, min(sequence) as number, min(begun.time) as begins, least(left_at, over_at) as ends
      from begun left join lateral (select time as left_at from (${leavingTalk}) as leaving) as leaving on true left join lateral (
        select time as over_at from events where subject = begun.call and type = 'call.released' limit 1
      ) as release on true
      where agent is not null group by call, agent, least(left_at, over_at)
    )`
}

/** Milliseconds of the talks that are over, of all or of those for which a condition holds. */
export function talkedMs(condition = 'true'): RawBuilder<unknown> {
  return sql`round(coalesce(sum(greatest(0, extract(epoch from ends - begins)) * 1000)
    filter (where ${sql.raw(condition)}), 0))::float8`
}
