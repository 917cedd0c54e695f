/** From Sunday, as `Date.getUTCDay` counts. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Weekday = (typeof weekdays)[number]

/** Minutes of a local day: open from `from`, closed again at `to`; 0 ≤ from < to ≤ 1440. */
export interface Interval {
  readonly from: number
  readonly to: number
}

/** Which hours hold on a holiday or make-up workday: none, those of another weekday, or the day's own. */
export type DayRule = 'closed' | 'ignore' | Weekday

/** Days on which a calendar has other hours than its week says; both dates are within. */
export interface HoursException {
  /** Local dates, YYYY-MM-DD. */
  readonly from: string
  readonly to: string
  /** Empty: closed. */
  readonly intervals: readonly Interval[]
  readonly reason: string
}

export interface WeeklyHours {
  /** In order and without overlap. */
  readonly week: Readonly<Record<Weekday, readonly Interval[]>>
  readonly holidays: DayRule
  readonly makeUpDays: DayRule
  /** Without overlap. */
  readonly exceptions: readonly HoursException[]
}

/** When a line is open. It never changes; a new city file makes new calendars. */
export interface Calendar {
  readonly calendarId: string
  /** IANA name, e.g. Asia/Shanghai. */
  readonly zone: string
  readonly hours: 'always' | WeeklyHours
}

/** A day the State Council took out of the week: a holiday, or a weekend day worked to make up for one (调休). */
export interface CalendarDay {
  /** YYYY-MM-DD. */
  readonly date: string
  readonly kind: 'holiday' | 'workday'
  readonly name: string
}

/** By date. */
export type CalendarDays = ReadonlyMap<string, CalendarDay>

/** A calendar closed by command, whatever its hours say. */
export interface Closing {
  readonly calendarId: string
  readonly reason: string
  /** Who gave the command. */
  readonly by: string
  /** Milliseconds since 1970-01-01T00:00Z; closed from `closedAt` on, open again at `until`, if any. */
  readonly closedAt: number
  readonly until: number | null
}

/** Whether a calendar looks at the table of holidays at all. */
export function usesCalendarDays({ hours }: Calendar): boolean {
  return hours !== 'always' && (hours.holidays !== 'ignore' || hours.makeUpDays !== 'ignore')
}
