import type { Cancel, Clock, Logger } from '../kernel/index.ts'
import { type Calendar, type CalendarDays, usesCalendarDays } from './calendar.ts'
import type { HoursFacts } from './hours-facts.ts'
import { beijingDate, day } from './local-time.ts'

export interface YearWatchOptions {
  readonly calendars: readonly Calendar[]
  readonly days: () => CalendarDays
  /** MM-DD from which on the next year's holidays should be known. */
  readonly expectedBy: string
  readonly clock: Clock
  readonly logger: Logger
  readonly facts: HoursFacts
}

/**
 * Looks once a day whether the holidays of the year, and from `expectedBy` on those of the next, are in the table. The
 * State Council announces them each November; without them a line would be open on New Year's Day.
 */
export class YearWatch {
  readonly #options: YearWatchOptions
  #cancel: Cancel = () => {}

  constructor(options: YearWatchOptions) {
    this.#options = options
  }

  /** Looks now and every 24 hours. */
  start(): void {
    this.#look()
    this.#cancel = this.#options.clock.after(day, () => this.start())
  }

  stop(): void {
    this.#cancel()
  }

  #look(): void {
    const { calendars, clock, logger, facts } = this.#options
    const affected = calendars.filter(usesCalendarDays)
    if (affected.length === 0) return
    for (const year of this.#missingYears()) {
      logger.warn({ year }, 'no holidays known: enter them with PUT /api/v1/calendar-days/:date, or update Yihao')
      for (const { calendarId } of affected) facts.yearMissing({ calendarId, year }, clock.now())
    }
  }

  #missingYears(): number[] {
    const { days, expectedBy, clock } = this.#options
    const today = beijingDate(clock.now())
    const year = Number(today.slice(0, 4))
    const wanted = today.slice('YYYY-'.length) >= expectedBy ? [year, year + 1] : [year]
    const known = new Set([...days().values()].filter(isHoliday).map(({ date }) => Number(date.slice(0, 4))))
    return wanted.filter((each) => !known.has(each))
  }
}

function isHoliday({ kind }: { kind: string }): boolean {
  return kind === 'holiday'
}
