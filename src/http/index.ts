export { pageRoutes } from './page-routes.ts'
export type { Principal } from './principal.ts'
export { createHttpServer, type HttpServerOptions } from './server.ts'
export { ticketProxyRoutes } from './ticket-proxy-routes.ts'
