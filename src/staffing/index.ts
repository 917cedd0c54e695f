/** How many seats a hotline needs: Erlang's formulas. Pure calculation; times in seconds, shares from 0 to 1. */
export { erlangA } from './erlang-a.ts'
export { erlangB, erlangC } from './erlang-c.ts'
export { seatsNeeded } from './seats-needed.ts'
export type { Forecast, Workload } from './workload.ts'
