export type { Principal } from './auth.ts'
export { createHttpServer, type HttpServerOptions } from './server.ts'
