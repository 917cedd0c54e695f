import { sql } from 'kysely'
import type { Database } from '../db/index.ts'
import type { Alarm } from './alarms.ts'

/** The alarms that the log says have begun and not ended. */
export async function openAlarms(db: Database): Promise<Alarm[]> {
  const { rows } = await sql<Omit<Alarm, 'since'> & { since: Date; began: boolean }>`
    select distinct on (data->>'queue', data->>'kind') data->>'queue' as queue, data->>'kind' as kind,
      (data->>'threshold')::float8 as threshold, (data->>'value')::float8 as value, time as since,
      type = 'queue.alarm-began' as began
    from events where type in ('queue.alarm-began', 'queue.alarm-ended')
    order by data->>'queue', data->>'kind', sequence desc`.execute(db)
  return rows.flatMap(({ began, since, ...alarm }) => (began ? [{ ...alarm, since: since.getTime() }] : []))
}
