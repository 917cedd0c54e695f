import Type from 'typebox'
import { nullable } from '../kernel/index.ts'
import { type Calendar, type Closing, weekdays } from './calendar.ts'
import { openingCauses } from './day-hours.ts'
import { dayRuleText } from './day-rule.ts'
import type { HoursBook } from './hours-book.ts'
import { intervalText } from './interval-text.ts'
import type { Opening } from './opening-hours.ts'

const instant = (description: string) => Type.String({ format: 'date-time', description })
const intervals = Type.Array(Type.String(), { description: 'local times, e.g. 08:30-12:00' })

const opening = {
  open: Type.Boolean(),
  cause: Type.Enum([...openingCauses]),
  reason: Type.String({ description: 'for people: the name of the holiday, the reason of the closing' }),
  until: nullable(instant('when open and closed change places; null: not within 400 days, or until revoked')),
  nextOpen: nullable(instant('when it opens next; while closed the same as until')),
}

export const openingView = Type.Object({ calendarId: Type.String(), time: instant('the moment asked for'), ...opening })

export const calendarView = Type.Object({
  calendarId: Type.String(),
  zone: Type.String({ description: 'IANA time zone' }),
  always: Type.Boolean({ description: 'open day and night; the rest of the hours is empty then' }),
  weekly: Type.Record(Type.String(), intervals),
  holidays: nullable(Type.String()),
  makeUpDays: nullable(Type.String()),
  exceptions: Type.Array(
    Type.Object({
      from: Type.String({ format: 'date' }),
      to: Type.String({ format: 'date' }),
      hours: intervals,
      reason: Type.String(),
    }),
  ),
  closing: Type.Union([
    Type.Object({
      reason: Type.String(),
      by: Type.String(),
      closedAt: instant('when the command was given'),
      until: nullable(instant('null: until revoked')),
    }),
    Type.Null(),
  ]),
  now: Type.Object(opening),
})

export const dayView = Type.Object({
  date: Type.String({ format: 'date' }),
  kind: Type.Enum(['holiday', 'workday']),
  name: Type.String(),
})

export function viewOpening({ until, nextOpen, ...rest }: Opening) {
  return { ...rest, until: until?.toISOString() ?? null, nextOpen: nextOpen?.toISOString() ?? null }
}

export function viewCalendar(book: HoursBook, { calendarId, zone, hours }: Calendar, now: Date) {
  return {
    calendarId,
    zone,
    ...viewHours(hours),
    closing: viewClosing(book.closing(calendarId)),
    now: viewOpening(book.at(calendarId, now)),
  }
}

function viewHours(hours: Calendar['hours']) {
  if (hours === 'always') return { always: true, weekly: {}, holidays: null, makeUpDays: null, exceptions: [] }
  return {
    always: false,
    weekly: Object.fromEntries(weekdays.map((weekday) => [weekday, hours.week[weekday].map(intervalText)])),
    holidays: dayRuleText(hours.holidays),
    makeUpDays: dayRuleText(hours.makeUpDays),
    exceptions: hours.exceptions.map(({ intervals, ...exception }) => ({
      ...exception,
      hours: intervals.map(intervalText),
    })),
  }
}

function viewClosing(closing: Closing | null) {
  if (!closing) return null
  const { reason, by, closedAt, until } = closing
  return {
    reason,
    by,
    closedAt: new Date(closedAt).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
  }
}
