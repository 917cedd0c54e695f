import { apiRoutes, type HotlineServices, rootRoutes } from './hotline-routes.ts'
import { createHttpServer, sessionLastsMs } from './http/index.ts'
import { EndedSessionStore, EndedSessions, SessionEnd, UserStore } from './users/index.ts'

/** Listens for HTTP, with the people who may log in and their sessions. The first start creates an admin. */
export async function openHttp(services: Omit<HotlineServices, 'users' | 'sessionEnd'>) {
  const { config, db, clock, logger } = services
  const ended = new EndedSessions()
  const sessionEnd = new SessionEnd({ ended, store: new EndedSessionStore({ db }), clock, sessionLastsMs })
  await sessionEnd.load()
  const users = new UserStore({ db })
  const firstAdminPassword = await users.createFirstAdmin()
  const all: HotlineServices = { ...services, users, sessionEnd }
  const http = await createHttpServer({
    logger,
    jwtSecret: config.sessionSecret ?? (await users.sharedSecret('jwt-secret')),
    serviceTokens: config.serviceTokens,
    ended,
    trustedProxies: config.trustedProxies,
    routes: apiRoutes(all),
    rootRoutes: rootRoutes(all),
  })
  await http.listen({ host: config.http.host, port: config.http.port })
  return { http, firstAdminPassword }
}
