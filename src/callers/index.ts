/** Citizens whose calls are not treated like all others: those who are served first, and those who are kept off. */
export type { Caller, NuisanceRules } from './caller.ts'
export { CallerBook } from './caller-book.ts'
export { callerRoutes } from './caller-routes.ts'
export { CallerStore } from './caller-store.ts'
