import type { Kysely } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import type { CalendarDay, CalendarDays, Closing } from './calendar.ts'
import { CalendarDayStore } from './calendar-day-store.ts'

/** A table of migration 0003: nobody but this store uses it. */
type HoursTables = {
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
  readonly #days: CalendarDayStore

  constructor({ db }: { db: Database }) {
    this.#days = new CalendarDayStore({ db })
    this.#db = db.withTables<HoursTables>()
  }

  /** See {@link CalendarDayStore.seed}. */
  seed(days: readonly CalendarDay[]): Promise<void> {
    return this.#days.seed(days)
  }

  days(): Promise<CalendarDays> {
    return this.#days.days()
  }

  /** Makes a date a holiday or a make-up workday. */
  saveDay(day: CalendarDay, editor: string): Promise<void> {
    return this.#days.edit(day, editor)
  }

  /** Makes a date an ordinary day of the week. */
  removeDay(date: string, editor: string): Promise<void> {
    return this.#days.edit({ date, kind: 'ordinary', name: '' }, editor)
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
}
