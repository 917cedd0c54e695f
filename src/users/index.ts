export { LoginGuard } from './login-guard.ts'
export { sessionRoutes } from './session-routes.ts'
export { userRoutes } from './user-routes.ts'
export { type User, type UserRole, UserStore } from './user-store.ts'
