import type { Calendar, CalendarDays, Closing } from './calendar.ts'
import { type DayHours, hoursOfDay, type OpeningCause } from './day-hours.ts'
import { day, localTimeOf, minute } from './local-time.ts'

/** Whether a calendar is open at a moment. */
export interface Opening {
  readonly open: boolean
  readonly cause: OpeningCause
  /** For people: "weekly hours", the name of the holiday, the reason of the exception or of the closing. */
  readonly reason: string
  /** When open turns to closed or closed to open; null when not in sight, see {@link horizonDays}. */
  readonly until: Date | null
  /** When it opens next after `time`: while closed the same as `until`, while open the opening after the next closing. */
  readonly nextOpen: Date | null
}

/** Days that are looked ahead: a year and its longest holiday. What is not found within does not happen. */
export const horizonDays = 400

/**
 * Open or closed at `time`, why, and until when. The clock on the wall decides: 02:15 that comes twice when summer ends is in
 * the hours both times, and hours within the hour that is left out in spring do not happen. The end of an interval
 * is closed already. An emergency closing in force goes before everything.
 */
export function openingAt({
  calendar,
  days,
  closing,
  time,
}: {
  calendar: Calendar
  days: CalendarDays
  closing: Closing | null
  time: number
}): Opening {
  const timetable = new Timetable({ calendar, days, closing })
  const { open, cause, reason } = timetable.at(time)
  const closes = open ? timetable.nextClosed(time) : time
  const nextOpen = closes === null ? null : timetable.nextOpen(closes)
  return { open, cause, reason, until: dateOf(open ? closes : nextOpen), nextOpen: dateOf(nextOpen) }
}

function dateOf(instant: number | null): Date | null {
  return instant === null ? null : new Date(instant)
}

interface Period {
  readonly start: number
  readonly end: number
}

class Timetable {
  readonly #calendar: Calendar
  readonly #days: CalendarDays
  readonly #closing: Closing | null

  constructor({ calendar, days, closing }: { calendar: Calendar; days: CalendarDays; closing: Closing | null }) {
    this.#calendar = calendar
    this.#days = days
    this.#closing = closing
  }

  at(time: number): { open: boolean; cause: OpeningCause; reason: string } {
    if (this.#closing && inForce(this.#closing, time)) {
      return { open: false, cause: 'emergency', reason: this.#closing.reason }
    }
    if (this.#calendar.hours === 'always') return { open: true, cause: 'always', reason: 'open day and night' }
    const { midnight, date } = localTimeOf(this.#calendar.zone).stretch(time)
    const { intervals, cause, reason } = this.#hoursOf(date)
    const open = intervals.some(({ from, to }) => midnight + from * minute <= time && time < midnight + to * minute)
    return { open, cause, reason: reason || (open ? 'weekly hours' : 'outside weekly hours') }
  }

  /** The first closed instant from `time` on, which may be `time` itself. */
  nextClosed(time: number): number | null {
    const byHours = this.#calendar.hours === 'always' ? null : this.#firstGap(time)
    if (!this.#closing || !endsAfter(this.#closing, time)) return byHours
    const byCommand = Math.max(this.#closing.closedAt, time)
    return byHours === null ? byCommand : Math.min(byHours, byCommand)
  }

  /** The first open instant from `time` on, which may be `time` itself. */
  nextOpen(time: number): number | null {
    const byHours = this.#calendar.hours === 'always' ? time : this.#firstPeriod(time)
    if (byHours === null || !this.#closing || !inForce(this.#closing, byHours)) return byHours
    return this.#closing.until === null ? null : this.nextOpen(this.#closing.until)
  }

  #firstPeriod(time: number): number | null {
    for (const { open } of this.#stretches(time)) {
      const [first] = open
      if (first) return first.start
    }
    return null
  }

  #firstGap(time: number): number | null {
    for (const { start, end, open } of this.#stretches(time)) {
      let closed = start
      for (const period of open) {
        if (closed < period.start) break
        closed = period.end
      }
      if (closed < end) return closed
    }
    return null
  }

  /** From `time` on, stretch by stretch, what of each is open: not empty, in order and without overlap. */
  *#stretches(time: number): Generator<Period & { open: readonly Period[] }> {
    const zone = localTimeOf(this.#calendar.zone)
    for (let from = time; from < time + horizonDays * day; ) {
      const { start, end, midnight, date } = zone.stretch(from)
      const periods = this.#hoursOf(date).intervals.map((interval) => ({
        start: Math.max(start, midnight + interval.from * minute),
        end: Math.min(end, midnight + interval.to * minute),
      }))
      yield { start, end, open: periods.filter((period) => period.start < period.end) }
      from = end
    }
  }

  #hoursOf(date: string): DayHours {
    const { hours } = this.#calendar
    if (hours === 'always') return { intervals: [{ from: 0, to: 1440 }], cause: 'always', reason: '' }
    return hoursOfDay({ hours, days: this.#days, date })
  }
}

function inForce({ closedAt, until }: Closing, time: number): boolean {
  return closedAt <= time && (until === null || time < until)
}

function endsAfter({ until }: Closing, time: number): boolean {
  return until === null || until > time
}
