import { createHash, timingSafeEqual } from 'node:crypto'
import jwt from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HotlineError, newId } from '../kernel/index.ts'
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
  interface FastifyInstance {
    /** The token of a new session. */
    openSession(principal: Principal): string
    /** Whose session a request shows, also where everybody may call; undefined when it shows none that holds. */
    sessionOf(request: FastifyRequest): Principal | undefined
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

/** Sessions that were ended before their time. */
export interface SessionWatch {
  isOver(principal: Principal): boolean
  /** Calls after every end; returns what ends that. */
  onEnded(listener: () => void): () => void
}

export interface AuthOptions {
  /** Signs the sessions of people. */
  readonly secret: string
  /** Tokens of programs by their name: they have the role `service`, and last until the configuration changes. */
  readonly serviceTokens: ReadonlyMap<string, string>
  readonly ended: SessionWatch
}

const sessionIsOver = 'the session is over: log in again'

interface ServiceToken {
  readonly username: string
  readonly digest: Buffer
}

/** A session lasts a shift: 12 hours. */
export const sessionLastsMs = 12 * 3_600_000

/**
 * JWT sessions and the role check of every route. Programs send the token as a header, browsers as a cookie. Where neither
 * can be, on a WebSocket of somebody else's page, it may come as the subprotocol `bearer.<token>`; it never stands in a
 * URL, where logs would keep it.
 */
export async function registerAuth(app: FastifyInstance, { secret, serviceTokens, ended }: AuthOptions): Promise<void> {
  await app.register(jwt, { secret, sign: { expiresIn: sessionLastsMs }, verify: { algorithms: ['HS256'] } })
  app.decorate('openSession', (principal) =>
    app.jwt.sign({ ...principal, session: { id: newId(), openedAt: Date.now() } }),
  )
  await registerBrowserSessions(app)
  const services = [...serviceTokens].map(([username, token]) => ({ username, digest: digestOf(token) }))
  const who = (request: FastifyRequest) => {
    const principal = principalOf(app, request, services)
    if (ended.isOver(principal)) throw new NotAuthenticated(sessionIsOver)
    return principal
  }
  app.decorate('sessionOf', (request) => {
    try {
      return who(request)
    } catch (error) {
      if (error instanceof HotlineError) return undefined
      throw error
    }
  })
  app.addHook('onRequest', async (request) => {
    const allowed = request.routeOptions.config.roles
    if (allowed === 'public' || request.is404) return
    request.principal = who(request)
    endWithSession(request, ended)
    if (!allowed?.includes(request.principal.role)) {
      throw new NotPermitted(`a ${request.principal.role} may not ${request.method} ${request.routeOptions.url}`)
    }
  })
}

/** A WebSocket asks once who is there, and would go on after the session. */
function endWithSession(request: FastifyRequest, ended: SessionWatch): void {
  if (request.headers.upgrade === undefined) return
  const { principal } = request
  const { socket } = request.raw
  const forget = ended.onEnded(() => ended.isOver(principal) && socket.destroy())
  socket.once('close', forget)
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
    throw new NotAuthenticated(sessionIsOver)
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
