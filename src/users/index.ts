/**
 * Who may log in, with which role, and for how long: people, their sessions, and the SIP accounts of their phones.
 * Guessing is slowed down.
 */
export { browserPhoneRoutes } from './browser-phone-routes.ts'
export { EndedSessionStore } from './ended-session-store.ts'
export { EndedSessions } from './ended-sessions.ts'
export { LoginGuard } from './login-guard.ts'
export { SessionEnd } from './session-end.ts'
export { sessionRoutes } from './session-routes.ts'
export { userRoutes } from './user-routes.ts'
export { type User, type UserRole, UserStore } from './user-store.ts'
