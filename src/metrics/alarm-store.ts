import { sql } from 'kysely'
import type { Database } from '../db/index.ts'
import type { Alarm } from './alarms.ts'

/** The alarms that the log says have begun and not ended. */
export async function openAlarms(db: Database): Promise<Alarm[]> {
  const { rows } = await sql<Omit<Alarm, 'since'> & { since: Date; began: boolean }>`
    with alarms as (
      select split_part(type, '.', 1) as place, coalesce(data->>'queue', data->>'line') as name, data->>'kind' as kind,
        (data->>'threshold')::float8 as threshold, (data->>'value')::float8 as value, time as since,
        type like '%.alarm-began' as began, sequence
      from events where type in ('queue.alarm-began', 'queue.alarm-ended', 'line.alarm-began', 'line.alarm-ended')
    )
    select distinct on (place, name, kind) place, name, kind, threshold, value, since, began
    from alarms order by place, name, kind, sequence desc`.execute(db)
  return rows.flatMap(({ began, since, ...alarm }) => (began ? [{ ...alarm, since: since.getTime() }] : []))
}
