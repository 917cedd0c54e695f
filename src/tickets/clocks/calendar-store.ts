import { sql } from 'kysely'
import type { CalendarDay, CalendarDays } from '../../hours/calendar-arithmetic.ts'
import type { TicketDatabase } from '../ticket-database.ts'

/** A day as the hotline told it was changed. */
export interface DayChange {
  readonly date: string
  readonly kind: CalendarDay['kind'] | 'ordinary'
  readonly name: string
  readonly by: string
}

/** The State Council's days as this service counts with them: seeded, and kept up by the hotline's facts. */
export class CalendarStore {
  readonly #db: TicketDatabase

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  /** Writes seeded days; what somebody edited stays as edited. */
  async seed(days: readonly CalendarDay[]): Promise<void> {
    await this.#db
      .insertInto('calendar_days')
      .values(days.map(({ date, kind, name }) => ({ date, kind, name, edited_by: null })))
      .onConflict((conflict) =>
        conflict
          .column('date')
          .doUpdateSet(({ ref }) => ({ kind: ref('excluded.kind'), name: ref('excluded.name') }))
          .where('calendar_days.edited_by', 'is', null),
      )
      .execute()
  }

  async days(): Promise<CalendarDays> {
    const rows = await this.#db
      .selectFrom('calendar_days')
      // As text: a Date would be midnight in the zone of this machine.
      .select([sql<string>`to_char(date, 'YYYY-MM-DD')`.as('day'), 'kind', 'name'])
      .execute()
    return new Map(
      rows.flatMap(({ day, kind, name }) => (kind === 'ordinary' ? [] : [[day, { date: day, kind, name }] as const])),
    )
  }
}

export async function saveDay(db: TicketDatabase, { date, kind, name, by }: DayChange): Promise<void> {
  await db
    .insertInto('calendar_days')
    .values({ date, kind, name, edited_by: by })
    .onConflict((conflict) => conflict.column('date').doUpdateSet({ kind, name, edited_by: by }))
    .execute()
}
