import { onScopeDispose, readonly, ref } from 'vue'
import { locale } from './texts.ts'

/** `1:05`, or `1:02:03` from an hour on. */
export function lasting(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** The hotline's: China has one time, whatever the clock of a screen is set to. */
const timeZone = 'Asia/Shanghai'
const minutes = { hour: '2-digit', minute: '2-digit', timeZone } as const

/** Time of day, with the date where it is not today's. */
export function moment(at: string | number | Date): string {
  const when = new Date(at)
  return dayOf(when) === dayOf(new Date()) ? when.toLocaleTimeString(locale.value, minutes) : dayAndTime(when)
}

export function dayAndTime(at: string | number | Date): string {
  return new Date(at).toLocaleString(locale.value, { month: '2-digit', day: '2-digit', ...minutes })
}

/** Time of day to the second. */
export function timeOfDay(at: string | number | Date): string {
  return new Date(at).toLocaleTimeString(locale.value, { timeZone })
}

const dayOf = (at: Date) => at.toLocaleDateString(locale.value, { timeZone })

/** The time, each second anew. */
export function useNow() {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, 1000)
  onScopeDispose(() => clearInterval(timer))
  return readonly(now)
}
