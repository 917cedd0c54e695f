import type { Forecast } from './workload.ts'

/** No hotline has more seats in one room; a goal that needs more cannot be met. */
const mostSeats = 5000

/**
 * The fewest seats with which `forecast` answers `share` (0 to 1) of the calls in time; undefined where none up to
 * `mostSeats` does. More seats never answer fewer, so the half in which the goal lies is halved again and again.
 */
export function seatsNeeded(forecast: (seats: number) => Forecast, share: number): number | undefined {
  const enough = (seats: number) => forecast(seats).answeredInTime >= share
  let above = 1
  while (!enough(above)) {
    if (above >= mostSeats) return undefined
    above = Math.min(above * 2, mostSeats)
  }
  let below = Math.floor(above / 2)
  while (above - below > 1) {
    const middle = Math.floor((above + below) / 2)
    if (enough(middle)) above = middle
    else below = middle
  }
  return above
}
