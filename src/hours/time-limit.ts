import type { Calendar, CalendarDays, Interval } from './calendar.ts'
import { hoursOfDay } from './day-hours.ts'
import { day, localTimeOf, minute } from './local-time.ts'

/**
 * A time within which something is to be done. `workingDays` and `workingHours` count by a calendar's open days and
 * hours; `days` and `hours` run through nights, weekends and holidays.
 */
export interface TimeLimit {
  readonly amount: number
  readonly unit: 'workingDays' | 'workingHours' | 'days' | 'hours'
}

/** A calendar with the State Council's days that hold for it. */
export interface WorkingTime {
  readonly calendar: Calendar
  readonly days: CalendarDays
}

/** A calendar that is closed for longer than this has no working days worth the name. */
const horizonDays = 800
const units = { 'working day': 'workingDays', 'working hour': 'workingHours', day: 'days', hour: 'hours' } as const

/** "5 working days", "24 hours"; undefined for anything else. At most 366 of the unit. */
export function readTimeLimit(text: string): TimeLimit | undefined {
  const [, amount, unit] = /^(\d{1,3}) (working day|working hour|day|hour)s?$/.exec(text) ?? []
  if (unit === undefined || Number(amount) > 366) return undefined
  return { amount: Number(amount), unit: units[unit as keyof typeof units] }
}

/** As {@link readTimeLimit} reads it. */
export function timeLimitText({ amount, unit }: TimeLimit): string {
  const word = Object.entries(units).find(([, value]) => value === unit)?.[0] ?? unit
  return `${amount} ${word}${amount === 1 ? '' : 's'}`
}

/**
 * When a limit that begins at `from` is over. The day it begins on is not counted: "3 working days" end with the last
 * open hour of the third working day after it, "3 days" at the midnight that ends the third day after it. Hours begin at
 * once. Throws RangeError when the calendar has not that many working days in sight.
 */
export function dueAt(from: number, { amount, unit }: TimeLimit, time: WorkingTime): number {
  const { calendar } = time
  if (unit === 'hours') return from + amount * 60 * minute
  if (unit === 'workingHours') return afterOpenTime(from, amount * 60 * minute, time)
  if (amount === 0) return from
  const later = dates(localTimeOf(calendar.zone).stretch(from).end, time, 'forward')
  if (unit === 'days') return nth(later, amount, () => true, calendar).end
  return endOfWork(nth(later, amount, isWorkingDay, calendar))
}

/**
 * The instant that lies a limit before `to`: whole days back at the same time of day, the time of opening or closing if
 * that working day is not open then; hours back by the clock or by open hours.
 */
export function earlier(to: number, { amount, unit }: TimeLimit, time: WorkingTime): number {
  if (unit === 'hours') return to - amount * 60 * minute
  if (unit === 'days') return to - amount * day
  if (unit === 'workingHours') return beforeOpenTime(to, amount * 60 * minute, time)
  if (amount === 0) return to
  // The end of a day's hours still belongs to that day, also where it is midnight.
  const today = dateAt(to - 1, time)
  const then = nth(dates(today.midnight - 1, time, 'backward'), amount, isWorkingDay, time.calendar)
  const sameTime = then.midnight + (to - today.midnight)
  const opens = then.midnight + (then.intervals.at(0)?.from ?? 0) * minute
  return Math.min(Math.max(sameTime, opens), endOfWork(then))
}

/** When the calendar is open between two instants, in order; neither reaches beyond them. */
export function openTimes(from: number, to: number, time: WorkingTime): { from: number; to: number }[] {
  const open: { from: number; to: number }[] = []
  for (const { midnight, intervals } of dates(from, time, 'forward')) {
    if (midnight >= to) break
    for (const interval of intervals) {
      const [begins, ends] = [
        Math.max(from, midnight + interval.from * minute),
        Math.min(to, midnight + interval.to * minute),
      ]
      if (begins < ends) open.push({ from: begins, to: ends })
    }
  }
  return open
}

interface LocalDay {
  readonly midnight: number
  readonly end: number
  readonly intervals: readonly Interval[]
}

/** Days looked up before, by calendar and quarter of an hour, in which no zone changes the date: a thousand tickets ask for the same days, and zones are slow to ask. */
const known = new WeakMap<Calendar, WeakMap<CalendarDays, Map<number, LocalDay>>>()
const quarter = 15 * minute
const mostKnown = 20_000

function dateAt(instant: number, time: WorkingTime): LocalDay {
  const ofCalendar = known.get(time.calendar) ?? new WeakMap<CalendarDays, Map<number, LocalDay>>()
  const ofDays = ofCalendar.get(time.days) ?? new Map<number, LocalDay>()
  known.set(time.calendar, ofCalendar.set(time.days, ofDays))
  if (ofDays.size > mostKnown) ofDays.clear()
  const key = Math.floor(instant / quarter)
  const date = ofDays.get(key) ?? lookUp(instant, time)
  ofDays.set(key, date)
  return date
}

function lookUp(instant: number, { calendar, days }: WorkingTime): LocalDay {
  const { midnight, date } = localTimeOf(calendar.zone).stretch(instant)
  const { hours } = calendar
  const intervals = hours === 'always' ? [{ from: 0, to: 1440 }] : hoursOfDay({ hours, days, date }).intervals
  return { midnight, end: midnight + day, intervals }
}

/** Days one after the other, the one of `from` first. */
function* dates(from: number, time: WorkingTime, direction: 'forward' | 'backward'): Generator<LocalDay> {
  let at = from
  for (let seen = 0; seen < horizonDays; seen += 1) {
    const date = dateAt(at, time)
    yield date
    // Noon of the neighbouring day: safe from clocks that are changed at night.
    at = direction === 'forward' ? date.midnight + 1.5 * day : date.midnight - 0.5 * day
  }
}

function nth(
  days: Iterable<LocalDay>,
  amount: number,
  counts: (date: LocalDay) => boolean,
  { calendarId }: Calendar,
): LocalDay {
  let left = amount
  for (const date of days) {
    if (counts(date)) left -= 1
    if (left === 0) return date
  }
  throw new RangeError(`calendar ${calendarId} has no ${amount} working days within ${horizonDays} days`)
}

function isWorkingDay({ intervals }: LocalDay): boolean {
  return intervals.length > 0
}

function endOfWork({ midnight, intervals }: LocalDay): number {
  return midnight + (intervals.at(-1)?.to ?? 0) * minute
}

function afterOpenTime(from: number, ms: number, time: WorkingTime): number {
  let left = ms
  if (left === 0) return from
  for (const { midnight, intervals } of dates(from, time, 'forward')) {
    for (const interval of intervals) {
      const begin = Math.max(from, midnight + interval.from * minute)
      const open = Math.max(0, midnight + interval.to * minute - begin)
      if (open >= left) return begin + left
      left -= open
    }
  }
  throw new RangeError(`calendar ${time.calendar.calendarId} is not open ${ms / minute} minutes in ${horizonDays} days`)
}

function beforeOpenTime(to: number, ms: number, time: WorkingTime): number {
  let left = ms
  if (left === 0) return to
  for (const { midnight, intervals } of dates(to - 1, time, 'backward')) {
    for (const interval of intervals.toReversed()) {
      const end = Math.min(to, midnight + interval.to * minute)
      const open = Math.max(0, end - (midnight + interval.from * minute))
      if (open >= left) return end - left
      left -= open
    }
  }
  throw new RangeError(`calendar ${time.calendar.calendarId} is not open ${ms / minute} minutes in ${horizonDays} days`)
}
