/**
 * The server that everybody's routes are mounted on: who asks is known by token or cookie, and errors leave as
 * problem+json.
 */
export { sessionLastsMs } from './auth.ts'
export { pageRoutes } from './page-routes.ts'
export type { Principal } from './principal.ts'
export { createHttpServer, type HttpServerOptions } from './server.ts'
export { ticketProxyRoutes } from './ticket-proxy-routes.ts'
