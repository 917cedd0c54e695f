import type { Calendar, CalendarDay, Closing } from '../../../src/hours/index.ts'

const minute = 60_000
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

interface WallMinute {
  readonly date: string
  readonly minuteOfDay: number
}

/** Every minute of a stretch of time as the clock on the wall shows it: slow, and so made once. */
export class WallClock {
  readonly start: number
  readonly minutes: readonly WallMinute[]

  constructor({ zone, from, days }: { zone: string; from: string; days: number }) {
    // Swedes write 2026-03-29 01:59, so that nothing has to be put together from parts.
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
    this.start = Date.parse(from)
    this.minutes = Array.from({ length: days * 1440 }, (_, index) => {
      const [date = '', time = ''] = format.format(this.start + index * minute).split(' ')
      const [hour, minuteOfHour] = time.split(':').map(Number)
      return { date, minuteOfDay: (hour ?? 0) * 60 + (minuteOfHour ?? 0) }
    })
  }
}

/**
 * Opening hours minute by minute: nothing is computed, each minute is looked up by what the clock shows. Everything
 * begins and ends with a minute here.
 */
export function openMinutes({
  wall,
  calendar,
  days,
  closing,
}: {
  wall: WallClock
  calendar: Calendar
  days: ReadonlyMap<string, CalendarDay>
  closing: Closing | null
}): boolean[] {
  return wall.minutes.map((shown, index) => {
    const instant = wall.start + index * minute
    const closedByCommand =
      closing && closing.closedAt <= instant && (closing.until === null || instant < closing.until)
    return !closedByCommand && isOpen(calendar, days, shown)
  })
}

function isOpen({ hours }: Calendar, days: ReadonlyMap<string, CalendarDay>, { date, minuteOfDay }: WallMinute) {
  if (hours === 'always') return true
  const inside = (intervals: readonly { from: number; to: number }[]) =>
    intervals.some(({ from, to }) => from <= minuteOfDay && minuteOfDay < to)
  for (const exception of hours.exceptions) {
    if (date >= exception.from && date <= exception.to) return inside(exception.intervals)
  }
  const [year, month, dayOfMonth] = date.split('-').map(Number)
  const own = weekdays[new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, dayOfMonth)).getUTCDay()] ?? 'sun'
  const kind = days.get(date)?.kind
  const rule = kind === 'holiday' ? hours.holidays : kind === 'workday' ? hours.makeUpDays : 'ignore'
  if (rule === 'closed') return false
  return inside(hours.week[rule === 'ignore' ? own : rule])
}
