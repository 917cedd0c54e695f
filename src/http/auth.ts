import jwt from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HotlineError } from '../kernel/index.ts'

const roles = ['agent', 'supervisor', 'admin', 'service'] as const
export type Role = (typeof roles)[number]

/** Who makes a request. */
export interface Principal {
  readonly username: string
  readonly role: Role
  /** The agent this person is, if any. */
  readonly agentId: string | null
}

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

/** Hours a session lasts: a shift. */
const sessionLasts = '12h'

/**
 * JWT sessions and the role check of every route. A browser cannot set a header on a WebSocket, so for `/live` alone
 * the token may come as the subprotocol `bearer.<token>`; it never stands in a URL, where logs would keep it.
 */
export async function registerAuth(app: FastifyInstance, { secret }: { secret: string }): Promise<void> {
  await app.register(jwt, { secret, sign: { expiresIn: sessionLasts }, verify: { algorithms: ['HS256'] } })
  app.addHook('onRequest', async (request) => {
    const allowed = request.routeOptions.config.roles
    if (allowed === 'public' || request.is404) return
    request.principal = principalOf(app, request)
    if (!allowed?.includes(request.principal.role)) {
      throw new NotPermitted(`a ${request.principal.role} may not ${request.method} ${request.routeOptions.url}`)
    }
  })
}

function principalOf(app: FastifyInstance, request: FastifyRequest): Principal {
  const token = bearerToken(request)
  if (token === undefined) throw new NotAuthenticated('send "Authorization: Bearer <token>" from POST /api/v1/sessions')
  try {
    return app.jwt.verify<Principal>(token)
  } catch {
    throw new NotAuthenticated('the token is not valid any more: log in again')
  }
}

function bearerToken({ headers }: FastifyRequest): string | undefined {
  const fromHeader = /^Bearer ([^\s]+)$/i.exec(headers.authorization ?? '')?.[1]
  if (fromHeader !== undefined || headers.upgrade === undefined) return fromHeader
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim())
  return protocols.find((protocol) => protocol.startsWith('bearer.'))?.slice('bearer.'.length)
}
