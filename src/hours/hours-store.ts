import { type Kysely, sql } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import type { CalendarDay, CalendarDays, Closing } from './calendar.ts'

/** The tables of migration 0003: nobody but this store uses them. */
type HoursTables = {
  calendar_days: {
    date: string
    /** `ordinary`: seeded, and taken out by somebody. */
    kind: CalendarDay['kind'] | 'ordinary'
    name: string
    edited_by: string | null
    edited_at: Date | null
  }
  calendar_closings: {
    calendar_id: string
    reason: string
    closed_by: string
    closed_at: Date
    until: Date | null
  }
}

/** Holidays, make-up workdays and the closings in force, in PostgreSQL. */
export class HoursStore {
  readonly #db: Kysely<DatabaseSchema & HoursTables>

  constructor({ db }: { db: Database }) {
    this.#db = db.withTables<HoursTables>()
  }

  /**
   * Brings the seeded days to those given. What somebody edited stays as edited, and years before or after those given
   * stay as they are, so that an older seed takes no newer year away.
   */
  async seed(days: readonly CalendarDay[]): Promise<void> {
    const dates = days.map(({ date }) => date).sort()
    const [first, last] = [dates.at(0), dates.at(-1)]
    if (first === undefined || last === undefined) return
    await this.#db.transaction().execute(async (db) => {
      await db
        .deleteFrom('calendar_days')
        .where('edited_by', 'is', null)
        .where('date', '>=', first)
        .where('date', '<=', last)
        .where(({ not }) => not(sql<boolean>`date = any(${dates}::date[])`))
        .execute()
      await db
        .insertInto('calendar_days')
        .values(days.map(({ date, kind, name }) => ({ date, kind, name, edited_by: null, edited_at: null })))
        .onConflict((conflict) =>
          conflict
            .column('date')
            .doUpdateSet(({ ref }) => ({ kind: ref('excluded.kind'), name: ref('excluded.name') }))
            .where('calendar_days.edited_by', 'is', null),
        )
        .execute()
    })
  }

  async days(): Promise<CalendarDays> {
    const rows = await this.#db
      .selectFrom('calendar_days')
      // As text: a Date would be midnight in the zone of this machine.
      .select([sql<string>`to_char(date, 'YYYY-MM-DD')`.as('day'), 'kind', 'name'])
      .orderBy('date')
      .execute()
    return new Map(
      rows.flatMap(({ day, kind, name }) => (kind === 'ordinary' ? [] : [[day, { date: day, kind, name }]])),
    )
  }

  /** Makes a date a holiday or a make-up workday. */
  async saveDay({ date, kind, name }: CalendarDay, editor: string): Promise<void> {
    await this.#edit({ date, kind, name, editor })
  }

  /** Makes a date an ordinary day of the week. */
  async removeDay(date: string, editor: string): Promise<void> {
    await this.#edit({ date, kind: 'ordinary', name: '', editor })
  }

  async closings(): Promise<Closing[]> {
    const rows = await this.#db.selectFrom('calendar_closings').selectAll().execute()
    return rows.map((row) => ({
      calendarId: row.calendar_id,
      reason: row.reason,
      by: row.closed_by,
      closedAt: row.closed_at.getTime(),
      until: row.until?.getTime() ?? null,
    }))
  }

  async saveClosing({ calendarId, reason, by, closedAt, until }: Closing): Promise<void> {
    const row = {
      reason,
      closed_by: by,
      closed_at: new Date(closedAt),
      until: until === null ? null : new Date(until),
    }
    await this.#db
      .insertInto('calendar_closings')
      .values({ calendar_id: calendarId, ...row })
      .onConflict((conflict) => conflict.column('calendar_id').doUpdateSet(row))
      .execute()
  }

  async removeClosing(calendarId: string): Promise<void> {
    await this.#db.deleteFrom('calendar_closings').where('calendar_id', '=', calendarId).execute()
  }

  async #edit({
    date,
    kind,
    name,
    editor,
  }: {
    date: string
    kind: CalendarDay['kind'] | 'ordinary'
    name: string
    editor: string
  }): Promise<void> {
    const row = { kind, name, edited_by: editor, edited_at: new Date() }
    await this.#db
      .insertInto('calendar_days')
      .values({ date, ...row })
      .onConflict((conflict) => conflict.column('date').doUpdateSet(row))
      .execute()
  }
}
