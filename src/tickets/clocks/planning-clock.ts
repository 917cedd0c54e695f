import { type Clock, ConfigurationError, systemClock } from '../../kernel/index.ts'

/** A clock that also knows when, in real time, its time will have come: jobs are kept by PostgreSQL, which has no other. */
export interface PlanningClock extends Clock {
  realTimeOf(instant: number): Date
}

const realClock: PlanningClock = { ...systemClock, realTimeOf: (instant) => new Date(instant) }

/** A clock that showed `start` at the real time `start` and has run `speed` times as fast since: for demonstrations. */
function fastClock({ start, speed }: { start: number; speed: number }): PlanningClock {
  return {
    now: () => start + (Date.now() - start) * speed,
    after(ms, task) {
      const timer = setTimeout(task, ms / speed)
      return () => clearTimeout(timer)
    },
    realTimeOf: (instant) => new Date(start + (instant - start) / speed),
  }
}

/** "" is the real clock; "3600@1767225600000" runs 3600 times as fast from that moment on. Throws ConfigurationError. */
export function readClock(setting: string): PlanningClock {
  if (setting === '') return realClock
  const [, speed, start] = /^(\d{1,7})@(\d{10,15})$/.exec(setting) ?? []
  if (speed === undefined || Number(speed) < 1) {
    throw new ConfigurationError(`TICKET_CLOCK=${setting}: SPEED@MILLISECONDS is expected, e.g. 3600@1767225600000`)
  }
  return fastClock({ start: Number(start), speed: Number(speed) })
}
