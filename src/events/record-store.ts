import { sql } from 'kysely'
import type { AgentRow, CallbackRow, CallRow, Database } from '../db/index.ts'
import { jsonText } from '../kernel/index.ts'
import type { RecordChanges, RowChange } from './record-changes.ts'

const reader = 'records'

/** Every column of a table, so that the compiler misses one that is added later. */
type Columns<Row> = Readonly<Record<keyof Row, true>>

interface RecordTable {
  readonly table: string
  readonly key: string
  readonly keyType: 'uuid' | 'text'
  readonly columns: readonly string[]
}

const calls = table<CallRow>('call_records', 'call_id', 'uuid', {
  ...{
    call_id: true,
    line: true,
    switch: true,
    leg_id: true,
    caller_number: true,
    caller_name: true,
    offered_at: true,
  },
  ...{ language: true, menu_path: true, queue: true, skills: true, priority: true, queued_at: true },
  ...{ ringing_agent_id: true, agent_id: true, agent_leg_id: true, transferred_to: true, emergency: true },
  ...{ answered_at: true, abandoned_at: true, released_at: true, released_by: true, rating: true, cause: true },
  ...{ direction: true, wrap_up_code: true, held: true, third: true },
})
const agents = table<AgentRow>('agent_records', 'agent_id', 'text', {
  ...{ agent_id: true, status: true, state: true, reason: true, extension: true, call_id: true, changed_at: true },
})
const callbacks = table<CallbackRow>('callbacks', 'callback_id', 'uuid', {
  ...{ callback_id: true, kind: true, number: true, line: true, language: true, queue: true, skills: true },
  ...{ priority: true, queued_at: true, call_id: true, missed_calls: true, attempts: true, opened_at: true },
  ...{ opened_by: true, not_before: true, expires_at: true, closed_at: true, outcome: true, closed_by: true },
})

/** Records of calls, agents and callbacks, and how far in the log they are. */
export class RecordStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /** The sequence up to which the records are made. */
  async cursor(): Promise<number> {
    await sql`insert into log_cursors (reader, sequence) values (${reader}, 0) on conflict do nothing`.execute(this.#db)
    const { rows } = await sql<{ sequence: number }>`
      select sequence from log_cursors where reader = ${reader}`.execute(this.#db)
    return rows[0]?.sequence ?? 0
  }

  /**
   * Writes what the facts between two places of the log change, and moves the cursor, in one statement. Nothing is written and
   * false returned when the cursor is elsewhere: another process was quicker.
   */
  async apply(changes: RecordChanges, { from, to }: { from: number; to: number }): Promise<boolean> {
    const { rows } = await sql`
      with moved as (
        update log_cursors set sequence = ${to} where reader = ${reader} and sequence = ${from} returning sequence
      ), ${written(calls, changes.calls)},
      ${written(agents, changes.agents)},
      ${written(callbacks, changes.callbacks)}
      select from moved`.execute(this.#db)
    return rows.length === 1
  }
}

/** Rows that begin are inserted with what changes in them; in rows that are there only what changes is written. */
function written<Row, Change>(
  { table, key, keyType, columns }: RecordTable,
  changes: ReadonlyMap<string, RowChange<Row, Change>>,
) {
  const [told, begun, changed] = ['told', 'begun', 'changed'].map((step) => sql.ref(`${table}_${step}`))
  const [name, id, all] = [sql.table(table), sql.ref(key), sql.join(columns.map((column) => sql.ref(column)))]
  const list = jsonText([...changes].map(([id, { row, change }]) => ({ id, begins: row, change })))
  return sql`${told} as (
      select id, begins, change from moved,
      jsonb_to_recordset(${list}::jsonb) as told (id ${sql.raw(keyType)}, begins jsonb, change jsonb)
    ), ${begun} as (
      insert into ${name} (${all})
      select ${all} from ${told} as told, jsonb_populate_record(null::${name}, begins || change)
      where begins is not null
      on conflict (${id}) do update set (${all}) = (
        select ${all} from (select change from ${told} where id = excluded.${id}) as told, ${afterChange(table)}
      )
    ), ${changed} as (
      update ${name} set (${all}) = (select ${all} from ${afterChange(table)}) from ${told} as told
      where told.begins is null and told.id = ${name}.${id}
    )`
}

/** The row as it is, with what changes; in the third party of a call only what comes to be known. */
function afterChange(table: string) {
  const name = sql.table(table)
  if (table !== 'call_records') return sql`jsonb_populate_record(${name}, told.change)`
  return sql`jsonb_populate_record(${name}, told.change || case when told.change ? 'third_more'
    then jsonb_build_object('third', ${name}.third || (told.change -> 'third_more')) else '{}' end)`
}

function table<Row>(
  table: string,
  key: keyof Row & string,
  keyType: RecordTable['keyType'],
  columns: Columns<Row>,
): RecordTable {
  return { table, key, keyType, columns: Object.keys(columns) }
}
