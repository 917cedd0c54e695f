import { createHash, timingSafeEqual } from 'node:crypto'
import jwt from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HotlineError } from '../kernel/index.ts'
import { cookieToken, refuseForged, registerBrowserSessions } from './browser-session.ts'
import type { Principal, Role } from './principal.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route; `public` for everybody. A route that says nothing is refused to all. */
    roles?: readonly Role[] | 'public'
  }
  interface FastifyRequest {
    principal: Principal
  }
}

class NotAuthenticated extends HotlineError {
  readonly code = 'not-authenticated'
  readonly status = 401
}

class NotPermitted extends HotlineError {
  readonly code = 'not-permitted'
  readonly status = 403
}

export interface AuthOptions {
  /** Signs the sessions of people. */
  readonly secret: string
  /** Tokens of programs by their name: they have the role `service`, and last until the configuration changes. */
  readonly serviceTokens: ReadonlyMap<string, string>
}

interface ServiceToken {
  readonly username: string
  readonly digest: Buffer
}

/** Hours a session lasts: a shift. */
const sessionLasts = '12h'

/**
 * JWT sessions and the role check of every route. Programs send the token as a header, browsers as a cookie. Where neither
 * can be, on a WebSocket of somebody else's page, it may come as the subprotocol `bearer.<token>`; it never stands in a
 * URL, where logs would keep it.
 */
export async function registerAuth(app: FastifyInstance, { secret, serviceTokens }: AuthOptions): Promise<void> {
  await app.register(jwt, { secret, sign: { expiresIn: sessionLasts }, verify: { algorithms: ['HS256'] } })
  await registerBrowserSessions(app)
  const services = [...serviceTokens].map(([username, token]) => ({ username, digest: digestOf(token) }))
  app.addHook('onRequest', async (request) => {
    const allowed = request.routeOptions.config.roles
    if (allowed === 'public' || request.is404) return
    request.principal = principalOf(app, request, services)
    if (!allowed?.includes(request.principal.role)) {
      throw new NotPermitted(`a ${request.principal.role} may not ${request.method} ${request.routeOptions.url}`)
    }
  })
}

function principalOf(app: FastifyInstance, request: FastifyRequest, services: readonly ServiceToken[]): Principal {
  const token = bearerToken(request)
  if (token !== undefined) return serviceOf(services, token) ?? verified(app, token)
  const fromBrowser = cookieToken(request)
  if (fromBrowser === undefined)
    throw new NotAuthenticated('send "Authorization: Bearer <token>" from POST /api/v1/sessions')
  const principal = verified(app, fromBrowser)
  refuseForged(request, principal)
  return principal
}

function verified(app: FastifyInstance, token: string): Principal {
  try {
    return app.jwt.verify<Principal>(token)
  } catch {
    throw new NotAuthenticated('the session is over: log in again')
  }
}

function bearerToken({ headers }: FastifyRequest): string | undefined {
  const fromHeader = /^Bearer ([^\s]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (fromHeader !== undefined || headers.upgrade === undefined) return fromHeader
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim())
  return protocols.find((protocol) => protocol.startsWith('bearer.'))?.slice('bearer.'.length)
}

function serviceOf(services: readonly ServiceToken[], token: string): Principal | undefined {
  const digest = digestOf(token)
  // Digests are of one length, and comparing them takes the same time whatever was guessed.
  const service = services.find((each) => timingSafeEqual(each.digest, digest))
  return service && { username: service.username, role: 'service', agentId: null }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
