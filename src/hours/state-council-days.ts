import { createRequire } from 'node:module'
import type { CalendarDay } from './calendar.ts'

/** "National Day,国庆节,3" by date: names in two languages and the days the holiday has by law. */
type NamesByDate = Readonly<Record<string, string>>

// The tables and not the functions of the package: these count in the zone of the machine and are a day off west of
// Greenwich (1.5.7). Read as a file, because importing JSON is still an experiment in Node 20.
const require = createRequire(import.meta.url)
const tables: {
  readonly holidays: NamesByDate
  readonly workdays: NamesByDate
} = require('chinese-days/dist/chinese-days.json')

/**
 * Every holiday and make-up workday that chinese-days knows, by date: from 2004 to the year last announced when the
 * package was made. For {@link HoursStore.seed}.
 */
export function stateCouncilDays(): CalendarDay[] {
  const days = [...daysIn(tables.holidays, 'holiday'), ...daysIn(tables.workdays, 'workday')]
  return days.sort((a, b) => (a.date < b.date ? -1 : 1))
}

function daysIn(names: NamesByDate, kind: CalendarDay['kind']): CalendarDay[] {
  return Object.entries(names).map(([date, name]) => ({ date, kind, name: name.split(',')[1] ?? name }))
}
