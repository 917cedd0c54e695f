import { reactive } from 'vue'

const day = 24 * 60 * 60 * 1000
/** China has one time, UTC+8; the hotline's days begin at its midnight. */
const ahead = 8 * 60 * 60 * 1000

/** A span of whole days in China, both days within it. */
export function useDays({ back }: { back: number }) {
  const today = Date.now() + ahead
  const days = reactive({ from: dateOf(today - back * day), to: dateOf(today) })
  return {
    days,
    /** As the service is asked: from the first midnight to the one after the last day. */
    asked: () => ({
      from: new Date(Date.parse(days.from) - ahead).toISOString(),
      to: new Date(Date.parse(days.to) - ahead + day).toISOString(),
    }),
  }
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
