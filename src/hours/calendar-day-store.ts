import { type QueryExecutorProvider, sql } from 'kysely'
import type { CalendarDay, CalendarDays } from './calendar.ts'

/** A day as somebody edited it; `ordinary`: neither holiday nor make-up workday any more. */
export interface EditedDay {
  readonly date: string
  readonly kind: CalendarDay['kind'] | 'ordinary'
  readonly name: string
}

/**
 * The table `calendar_days` of whoever counts with working days: the hotline and the ticket service have one each, in the schema of
 * their connection.
 */
export class CalendarDayStore {
  readonly #db: QueryExecutorProvider

  constructor({ db }: { db: QueryExecutorProvider }) {
    this.#db = db
  }

  /**
   * Brings the seeded days to those given. What somebody edited stays as edited, and years before or after those given
   * stay as they are, so that an older seed takes no newer year away.
   */
  async seed(days: readonly CalendarDay[]): Promise<void> {
    const dates = days.map(({ date }) => date).sort()
    const [first, last] = [dates.at(0), dates.at(-1)]
    if (first === undefined || last === undefined) return
    await sql`
      with gone as (
        delete from calendar_days
        where edited_by is null and date between ${first} and ${last} and not date = any(${dates}::date[])
      )
      insert into calendar_days (date, kind, name)
      select * from unnest(
        ${days.map(({ date }) => date)}::date[], ${days.map(({ kind }) => kind)}::text[], ${days.map(({ name }) => name)}::text[]
      )
      on conflict (date) do update set kind = excluded.kind, name = excluded.name
      where calendar_days.edited_by is null`.execute(this.#db)
  }

  /** Holidays and make-up workdays by date. */
  async days(): Promise<CalendarDays> {
    // As text: a Date would be midnight in the zone of this machine.
    const { rows } = await sql<CalendarDay>`
      select to_char(date, 'YYYY-MM-DD') as date, kind, name from calendar_days
      where kind <> 'ordinary' order by date`.execute(this.#db)
    return new Map(rows.map(({ date, kind, name }) => [date, { date, kind, name }]))
  }

  async edit({ date, kind, name }: EditedDay, editor: string): Promise<void> {
    await sql`
      insert into calendar_days (date, kind, name, edited_by, edited_at)
      values (${date}, ${kind}, ${name}, ${editor}, now())
      on conflict (date) do update set kind = excluded.kind, name = excluded.name, edited_by = excluded.edited_by,
        edited_at = excluded.edited_at`.execute(this.#db)
  }
}
