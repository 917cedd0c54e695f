import type { Interval, Weekday, WeeklyHours } from './calendar.ts'
import type { Fault } from './calendar-schema.ts'
import { intervalText, overlapOf, readInterval } from './interval-text.ts'

/** Reads `weekly`: days that are not named are closed. */
export function toWeek(weekly: Readonly<Record<string, string[]>>, fault: Fault): WeeklyHours['week'] {
  const week = new Map<Weekday, readonly Interval[]>()
  for (const [key, texts] of Object.entries(weekly)) {
    const days = toWeekdays(key)
    if (days.length === 0) fault([key], 'a day is mon, tue, wed, thu, fri, sat or sun; several are e.g. mon-fri')
    const intervals = toIntervals(texts, (message) => fault([key], message))
    for (const each of days) {
      if (week.has(each)) fault([key], `${each} has its hours already`)
      week.set(each, intervals)
    }
  }
  const of = (each: Weekday) => week.get(each) ?? []
  const [sun, mon, tue, wed, thu, fri, sat] = [
    of('sun'),
    of('mon'),
    of('tue'),
    of('wed'),
    of('thu'),
    of('fri'),
    of('sat'),
  ]
  return { sun, mon, tue, wed, thu, fri, sat }
}

/** The week as people in an office count it, so that "sat-sun" runs forward. */
const fromMonday: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** "mon", or "mon-fri". Empty for anything else. */
function toWeekdays(key: string): readonly Weekday[] {
  const [first, last = first, ...more] = key.split('-').map((name) => (fromMonday as readonly string[]).indexOf(name))
  if (first === undefined || last === undefined || first < 0 || last < 0 || more.length > 0) return []
  return fromMonday.slice(first, last + 1)
}

/** Reads the intervals of a day, in any order. */
export function toIntervals(texts: readonly string[], fault: (message: string) => void): readonly Interval[] {
  const intervals: Interval[] = []
  for (const each of texts) {
    const interval = readInterval(each)
    if (typeof interval === 'string') fault(interval)
    else intervals.push(interval)
  }
  intervals.sort((a, b) => a.from - b.from)
  const overlap = overlapOf(intervals)
  if (overlap) fault(`${intervalText(overlap[0])} and ${intervalText(overlap[1])} overlap`)
  return intervals
}
