import { performance } from 'node:perf_hooks'

/** Microseconds since 1970, FreeSWITCH's unit of time. */
export function microseconds(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000)
}

/** `2026-11-22 03:08:41` in local time, as FreeSWITCH stamps. */
export function localStamp(micros: number): string {
  const at = new Date(micros / 1000)
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

const units = [
  ['year', 31_536_000_000_000],
  ['day', 86_400_000_000],
  ['hour', 3_600_000_000],
  ['minute', 60_000_000],
  ['second', 1_000_000],
  ['millisecond', 1000],
  ['microsecond', 1],
] as const

/** `0 years, 0 days, 0 hours, 1 minute, 45 seconds, 242 milliseconds, 825 microseconds`. */
export function spokenDuration(micros: number): string {
  let rest = micros
  const parts = units.map(([name, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return `${count} ${name}${count === 1 ? '' : 's'}`
  })
  return parts.join(', ')
}
