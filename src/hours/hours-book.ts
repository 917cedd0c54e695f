import type { Clock, Logger } from '../kernel/index.ts'
import type { Calendar, CalendarDay, CalendarDays, Closing } from './calendar.ts'
import { type ClosingKeeper, EmergencyClosings } from './emergency-closings.ts'
import { UnknownCalendar, UnknownCalendarDay } from './errors.ts'
import type { HoursFacts } from './hours-facts.ts'
import { type Opening, openingAt } from './opening-hours.ts'
import { YearWatch } from './year-watch.ts'

/** Where holidays and make-up workdays are kept. */
export interface DayKeeper {
  days(): Promise<CalendarDays>
  saveDay(day: CalendarDay, editor: string): Promise<void>
  removeDay(date: string, editor: string): Promise<void>
}

export interface HoursBookOptions {
  readonly calendars: ReadonlyMap<string, Calendar>
  readonly keeper: ClosingKeeper & DayKeeper
  readonly clock: Clock
  readonly logger: Logger
  readonly facts: HoursFacts
  /** MM-DD from which on next year's missing holidays are warned of. */
  readonly expectedBy?: string
}

/**
 * When each line is open. Everything is in memory, so that an answer needs no database and a database that is away closes
 * nothing.
 */
export class HoursBook {
  readonly #options: HoursBookOptions
  readonly #closings: EmergencyClosings
  readonly #watch: YearWatch
  #days: CalendarDays

  private constructor(
    options: HoursBookOptions,
    { closings, days }: { closings: EmergencyClosings; days: CalendarDays },
  ) {
    const { calendars, clock, logger, facts, expectedBy = '12-01' } = options
    this.#options = options
    this.#closings = closings
    this.#days = days
    this.#watch = new YearWatch({
      calendars: [...calendars.values()],
      days: () => this.#days,
      expectedBy,
      clock,
      logger,
      facts,
    })
  }

  /** Reads what is stored, and begins to watch over closings that end and years that are missing. */
  static async open(options: HoursBookOptions): Promise<HoursBook> {
    const { keeper, clock, logger, facts } = options
    const days = await keeper.days()
    const book = new HoursBook(options, {
      days,
      closings: await EmergencyClosings.open({ keeper, clock, logger, facts }),
    })
    book.#watch.start()
    return book
  }

  calendars(): Calendar[] {
    return [...this.#options.calendars.values()]
  }

  /** Throws {@link UnknownCalendar}. */
  calendar(calendarId: string): Calendar {
    const calendar = this.#options.calendars.get(calendarId)
    if (!calendar) throw new UnknownCalendar(`no calendar ${calendarId}: calendars are in the city's file`)
    return calendar
  }

  /**
   * Open or closed, why, until when, and when open next. A closing in force now counts from its command on; earlier ones
   * are in the log only. Throws {@link UnknownCalendar}.
   */
  at(calendarId: string, time: Date): Opening {
    const calendar = this.calendar(calendarId)
    return openingAt({ calendar, days: this.#days, closing: this.closing(calendarId), time: time.getTime() })
  }

  /** The emergency closing in force, if any. */
  closing(calendarId: string): Closing | null {
    return this.#closings.of(calendarId)
  }

  /**
   * Closes a calendar at once, until revoked or until a moment; replaces an earlier closing. Throws
   * {@link UnknownCalendar} or {@link ClosingEndsInPast}.
   */
  closeCalendar(command: { calendarId: string; reason: string; until: Date | null; by: string }): Closing {
    const { calendarId } = this.calendar(command.calendarId)
    return this.#closings.close({ ...command, calendarId, until: command.until?.getTime() ?? null })
  }

  /** Revokes the closing. Throws {@link UnknownCalendar} or {@link CalendarNotClosed}. */
  reopenCalendar({ calendarId, by }: { calendarId: string; by: string }): void {
    this.#closings.reopen({ calendarId: this.calendar(calendarId).calendarId, by })
  }

  /** Holidays and make-up workdays of a year, by date. */
  daysOf(year: number): CalendarDay[] {
    return [...this.#days.values()]
      .filter(({ date }) => Number(date.slice(0, 4)) === year)
      .sort((a, b) => (a.date < b.date ? -1 : 1))
  }

  /** Whether a date was taken out of its week, and as what. */
  kindOf(date: string): CalendarDay['kind'] | undefined {
    return this.#days.get(date)?.kind
  }

  /** Throws {@link UnknownCalendarDay}. */
  day(date: string): CalendarDay {
    const day = this.#days.get(date)
    if (!day) throw new UnknownCalendarDay(`${date} is neither holiday nor make-up workday`)
    return day
  }

  /** Makes a date a holiday or make-up workday; a later seed leaves it so. */
  async putDay(day: CalendarDay, editor: string): Promise<CalendarDay> {
    await this.#options.keeper.saveDay(day, editor)
    this.#days = new Map(this.#days).set(day.date, day)
    this.#options.facts.dayChanged({ ...day, by: editor }, this.#options.clock.now())
    return day
  }

  /** Makes a date an ordinary one; a later seed leaves it so. Throws {@link UnknownCalendarDay}. */
  async removeDay(date: string, editor: string): Promise<void> {
    this.day(date)
    await this.#options.keeper.removeDay(date, editor)
    const days = new Map(this.#days)
    days.delete(date)
    this.#days = days
    this.#options.facts.dayChanged({ date, kind: 'ordinary', name: '', by: editor }, this.#options.clock.now())
  }

  /** Ends the watches and waits for what is being saved. */
  async stop(): Promise<void> {
    this.#watch.stop()
    await this.#closings.stop()
  }
}
