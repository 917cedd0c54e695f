import { ticketText } from './texts.ts'
import { type OpenTimes, workingTimeLeft } from './working-time.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How long until a limit, or since. */
export function countdown(dueAt: string, now: number): string {
  const left = Date.parse(dueAt) - now
  const time = span(Math.abs(left))
  return left >= 0 ? ticketText('left', { time }) : ticketText('late', { time })
}

/** How much of what is left is working time; empty when it is late. */
export function workingCountdown(dueAt: string, now: number, open: OpenTimes): string {
  const due = Date.parse(dueAt)
  const left = workingTimeLeft(now, due, open)
  if (due < now || left === undefined) return ''
  return ticketText('workingTime', {
    time: ticketText('hours', { hours: Math.floor(left / hour), minutes: Math.floor((left % hour) / minute) }),
  })
}

function span(ms: number): string {
  return ms >= day
    ? ticketText('days', { days: Math.floor(ms / day), hours: Math.floor((ms % day) / hour) })
    : ticketText('hours', { hours: Math.floor(ms / hour), minutes: Math.floor((ms % hour) / minute) })
}

/** Late, due within a day, or with time to spare. */
export function haste(dueAt: string | null, now: number): 'late' | 'soon' | 'calm' {
  if (dueAt === null) return 'calm'
  const left = Date.parse(dueAt) - now
  return left < 0 ? 'late' : left < day ? 'soon' : 'calm'
}
