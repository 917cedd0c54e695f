export { userRoutes } from './user-routes.ts'
export { type User, type UserRole, UserStore } from './user-store.ts'
