import { createHash } from 'node:crypto'
import type { Calendar, CalendarDays, WorkingTime } from '../../hours/calendar-arithmetic.ts'

export interface DaySource {
  days(): Promise<CalendarDays>
}

/** The calendar limits are counted by, in memory. */
export class WorkingCalendar {
  readonly #calendar: Calendar
  readonly #source: DaySource
  #days: CalendarDays

  private constructor({ calendar, source, days }: { calendar: Calendar; source: DaySource; days: CalendarDays }) {
    this.#calendar = calendar
    this.#source = source
    this.#days = days
  }

  static async open({ calendar, source }: { calendar: Calendar; source: DaySource }): Promise<WorkingCalendar> {
    return new WorkingCalendar({ calendar, source, days: await source.days() })
  }

  time(): WorkingTime {
    return { calendar: this.#calendar, days: this.#days }
  }

  /** Reads the days again. */
  async reload(): Promise<void> {
    this.#days = await this.#source.days()
  }

  /** Another one for other days. */
  digest(): string {
    return createHash('sha256')
      .update(JSON.stringify([...this.#days.values()].map(({ date, kind }) => [date, kind]).sort()))
      .digest('hex')
  }
}
