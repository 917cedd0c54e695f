import { parseDocument } from 'yaml'
import { type Calendar, type CalendarDay, readCalendars } from '../../../src/hours/index.ts'

/** The calendars of a city's file; throws with its faults. */
export function calendarsOf(yaml: string): ReadonlyMap<string, Calendar> {
  const { calendars, faults } = readCalendars(parseDocument(yaml).toJS().calendars, (keys) => keys.join('.'))
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return calendars
}

/** One calendar from what would stand under its name. */
export function calendarOf(yaml: string): Calendar {
  const calendar = calendarsOf(`calendars: { line: ${yaml} }`).get('line')
  if (!calendar) throw new Error('no calendar')
  return calendar
}

export const daysOf = (...days: CalendarDay[]): ReadonlyMap<string, CalendarDay> =>
  new Map(days.map((day) => [day.date, day]))

export const officeHours = '{ mon-fri: ["08:30-12:00", "14:00-17:30"] }'
