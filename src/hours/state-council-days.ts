import chineseDays from 'chinese-days'
import type { CalendarDay } from './calendar.ts'

/** The first year the package knows. */
const firstYear = 2004

/**
 * Every holiday and make-up workday that chinese-days knows up to the end of `lastYear`, for {@link HoursStore.seed}. Its
 * years end with the one last announced when the package was made.
 */
export function stateCouncilDays({ lastYear }: { lastYear: number }): CalendarDay[] {
  const found: CalendarDay[] = []
  for (let each = new Date(firstYear, 0, 1, 12); each.getFullYear() <= lastYear; each.setDate(each.getDate() + 1)) {
    // Noon by the clock of this machine: the package reads dates in the machine's own zone, "2026-10-01" as UTC.
    const { date, work, name } = chineseDays.getDayDetail(new Date(each))
    // "National Day,国庆节,3" for a day of its tables, "Thursday" for any other.
    const [, chineseName] = name.split(',')
    if (chineseName !== undefined) found.push({ date, kind: work ? 'workday' : 'holiday', name: chineseName })
  }
  return found
}
