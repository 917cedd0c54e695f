import type { Interval } from './calendar.ts'

/** Reads "08:30-12:00". Returns the fault as text; "24:00" is the end of a day and no beginning. */
export function readInterval(text: string): Interval | string {
  const match = /^(\d\d):([0-5]\d)\s?[-–]\s?(\d\d):([0-5]\d)$/.exec(text)
  if (!match) return `"${text}" is no interval such as "08:30-12:00"`
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number)
  const interval = { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute }
  if (interval.from >= 1440 || interval.to > 1440) return `"${text}": a day has the times 00:00 to 24:00`
  if (interval.from === interval.to) return `"${text}" is empty: for a whole day write "00:00-24:00"`
  if (interval.from > interval.to) {
    const [from, to] = [clockText(interval.from), clockText(interval.to)]
    return `"${text}" ends before it begins: over midnight write "${from}-24:00", and "00:00-${to}" on the next day`
  }
  return interval
}

/** Two intervals of the sorted ones that have a minute in common. */
export function overlapOf(sorted: readonly Interval[]): readonly [Interval, Interval] | undefined {
  for (const [index, interval] of sorted.entries()) {
    const next = sorted[index + 1]
    if (next && next.from < interval.to) return [interval, next]
  }
  return undefined
}

export function intervalText({ from, to }: Interval): string {
  return `${clockText(from)}-${clockText(to)}`
}

function clockText(minutes: number): string {
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'))
  return `${hour}:${minute}`
}
