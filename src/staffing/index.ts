/** How many seats a hotline needs: Erlang's formulas, a simulation, and the plan from what was measured. Seconds; shares from 0 to 1. */
export { erlangA } from './erlang-a.ts'
export { erlangB, erlangC } from './erlang-c.ts'
export { exponential, seeded } from './random.ts'
export { seatsNeeded } from './seats-needed.ts'
export type { StaffingGoal } from './staffing-plan.ts'
export { staffingRoutes } from './staffing-routes.ts'
export { StaffingStore } from './staffing-store.ts'
export type { Forecast, Workload } from './workload.ts'
