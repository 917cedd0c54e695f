import { Value } from 'typebox/value'
import type { Calendar, DayRule, WeeklyHours } from './calendar.ts'
import { type CalendarFile, calendarsSchema, type Fault, shapeFaults } from './calendar-schema.ts'
import { dayRuleTexts, readDayRule } from './day-rule.ts'
import { toExceptions } from './exception-file.ts'
import { LocalTime } from './local-time.ts'
import { toWeek } from './week-file.ts'

/**
 * Reads what stands under `calendars:` in a city's file. `where` turns keys, from the top of the file down, into
 * `file:line`. All faults are told at once; with any, the calendars are not to be used.
 */
export function readCalendars(
  content: unknown,
  where: (keys: readonly string[]) => string,
): { calendars: ReadonlyMap<string, Calendar>; faults: readonly string[] } {
  const faults: string[] = []
  const fault: Fault = (keys, message) => {
    const path = ['calendars', ...keys]
    faults.push(`${where(path)}: ${path.join('.')}: ${message}`)
  }
  if (!Value.Check(calendarsSchema, content)) {
    shapeFaults(content, fault)
    return { calendars: new Map(), faults: [...new Set(faults)] }
  }
  const calendars = Object.entries(content).map(([calendarId, file]) => toCalendar(calendarId, file, fault))
  return { calendars: new Map(calendars.map((calendar) => [calendar.calendarId, calendar])), faults }
}

function toCalendar(calendarId: string, file: CalendarFile, faultOf: Fault): Calendar {
  const fault: Fault = (keys, message) => faultOf([calendarId, ...keys], message)
  if (!/^[a-z0-9-]{1,50}$/.test(calendarId)) fault([], 'the name of a calendar is of small letters, digits and hyphens')
  const { zone = 'Asia/Shanghai' } = file
  if (!zoneExists(zone)) fault(['zone'], `there is no time zone ${zone}: write its IANA name, such as Asia/Shanghai`)
  return { calendarId, zone, hours: file.always ? alwaysOpen(file, fault) : toWeeklyHours(file, fault) }
}

function zoneExists(zone: string): boolean {
  try {
    return new LocalTime(zone) !== undefined
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** A line that is open day and night has no closed minute, so nothing may stand beside it that would make one. */
function alwaysOpen(file: CalendarFile, fault: Fault): 'always' {
  for (const key of ['weekly', 'holidays', 'makeUpDays', 'exceptions'] as const) {
    if (file[key] !== undefined) fault([key], `a calendar with "always: true" has no "${key}": take one of them out`)
  }
  return 'always'
}

function toWeeklyHours(file: CalendarFile, fault: Fault): WeeklyHours {
  const { weekly, holidays = 'closed', makeUpDays = 'as-monday', exceptions = [] } = file
  if (weekly === undefined) fault([], 'either "always: true" or "weekly" is wanted')
  return {
    week: toWeek(weekly ?? {}, (keys, message) => fault(['weekly', ...keys], message)),
    holidays: toDayRule(holidays, (message) => fault(['holidays'], message)),
    makeUpDays: toDayRule(makeUpDays, (message) => fault(['makeUpDays'], message)),
    exceptions: toExceptions(exceptions, (keys, message) => fault(['exceptions', ...keys], message)),
  }
}

function toDayRule(setting: string, fault: (message: string) => void): DayRule {
  const rule = readDayRule(setting)
  if (rule === undefined) fault(`"${setting}": one of ${dayRuleTexts.join(', ')} is expected`)
  return rule ?? 'closed'
}
