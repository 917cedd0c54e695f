import type { Forecast, Workload } from './workload.ts'

/**
 * Share of calls that find all `seats` taken where nobody waits (M/M/n/n), by the recursion
 * B(n) = a B(n-1) / (n + a B(n-1)), which neither overflows nor cancels (A. K. Erlang 1917; G. Koole, "Call Center
 * Optimization", 2013).
 */
export function erlangB(seats: number, load: number): number {
  let blocked = 1
  for (let seat = 1; seat <= seats; seat += 1) blocked = (load * blocked) / (seat + load * blocked)
  return blocked
}

/**
 * Erlang C, M/M/n: callers wait for ever. `within` seconds. Where the load is not below the seats the queue grows without
 * end: nobody is answered in time and the mean wait is infinite.
 */
export function erlangC({
  arrivalRate,
  holding,
  seats,
  within,
}: Workload & { seats: number; within: number }): Forecast {
  const load = arrivalRate * holding
  if (load === 0) return { delayed: 0, answeredInTime: 1, abandoned: 0, meanWait: 0, occupancy: 0 }
  if (load >= seats) {
    return { delayed: 1, answeredInTime: 0, abandoned: 0, meanWait: Number.POSITIVE_INFINITY, occupancy: 1 }
  }
  const blocked = erlangB(seats, load)
  const delayed = (seats * blocked) / (seats - load * (1 - blocked))
  const late = delayed * Math.exp((-(seats - load) * within) / holding)
  return {
    delayed,
    answeredInTime: 1 - late,
    abandoned: 0,
    meanWait: (delayed * holding) / (seats - load),
    occupancy: load / seats,
  }
}
