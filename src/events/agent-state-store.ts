import { type RawBuilder, sql } from 'kysely'

/**
 * For a `with`: `states` has every state of every agent within the span, from its beginning to that of the next one, as number, agent,
 * state, reason, call, begins, ends; a state that goes on ends now. One that began more than a day before the span is not
 * known, since nobody is at work that long.
 */
export function agentStates({ from, to }: { from: Date; to: Date }): RawBuilder<unknown> {
  return sql`changes as (
      select sequence as number, data->>'agentId' as agent, data->>'to' as state, data->>'reason' as reason,
        data->>'callId' as call, time as begins, lead(time) over (partition by data->>'agentId' order by sequence) as ends
      from events
      where type = 'agent.state-changed' and time >= ${from}::timestamptz - interval '1 day' and time < ${to}
    ),
    states as (
      select number, agent, state, reason, call, greatest(begins, ${from}::timestamptz) as begins,
        least(coalesce(ends, now()), ${to}::timestamptz) as ends
      from changes where coalesce(ends, now()) > ${from}
    )`
}
