import { type CalendarDays, type HoursException, type Interval, type WeeklyHours, weekdays } from './calendar.ts'

/** What decided whether a calendar is open. */
export const openingCauses = ['always', 'weekly-hours', 'holiday', 'make-up-workday', 'exception', 'emergency'] as const
export type OpeningCause = (typeof openingCauses)[number]

/** The hours of one date, and why they are what they are. */
export interface DayHours {
  readonly intervals: readonly Interval[]
  readonly cause: OpeningCause
  /** For people: the name of the holiday, the reason of the exception. Empty where the week alone decides. */
  readonly reason: string
}

/** The calendar's own exceptions go before holidays and make-up workdays, and these before the week. */
export function hoursOfDay({ hours, days, date }: { hours: WeeklyHours; days: CalendarDays; date: string }): DayHours {
  const exception = exceptionOn(hours.exceptions, date)
  if (exception) return { intervals: exception.intervals, cause: 'exception', reason: exception.reason }
  const named = days.get(date)
  const rule = named?.kind === 'holiday' ? hours.holidays : hours.makeUpDays
  if (!named || rule === 'ignore') return { intervals: ownHours(hours, date), cause: 'weekly-hours', reason: '' }
  const intervals = rule === 'closed' ? [] : hours.week[rule]
  return named.kind === 'holiday'
    ? { intervals, cause: 'holiday', reason: named.name }
    : { intervals, cause: 'make-up-workday', reason: `make-up workday (${named.name})` }
}

function exceptionOn(exceptions: readonly HoursException[], date: string): HoursException | undefined {
  return exceptions.find(({ from, to }) => from <= date && date <= to)
}

function ownHours({ week }: WeeklyHours, date: string): readonly Interval[] {
  const weekday = weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()]
  return weekday === undefined ? [] : week[weekday]
}
