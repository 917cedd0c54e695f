export { NotAuthenticated, NotPermitted, type Principal, type Role, roles } from './auth.ts'
export { createHttpServer, type HttpServerOptions } from './server.ts'
