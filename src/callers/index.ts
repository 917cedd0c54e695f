export type { Caller, NuisanceRules } from './caller.ts'
export { CallerBook } from './caller-book.ts'
export { callerRoutes } from './caller-routes.ts'
export { CallerStore } from './caller-store.ts'
