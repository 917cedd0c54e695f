import { randomBytes, timingSafeEqual } from 'node:crypto'
import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HotlineError } from '../kernel/index.ts'
import type { Principal } from './principal.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** Sets the cookie of a session and returns what goes into `x-csrf-token`. */
    openBrowserSession(principal: Principal): string
    endBrowserSession(): void
  }
}

class RequestForged extends HotlineError {
  readonly code = 'request-forged'
  readonly status = 403
}

const cookieName = 'yihao-session'
const harmless = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Sessions of browsers: the token lies in a cookie that scripts cannot read and other sites cannot send (HttpOnly,
 * SameSite=Strict). Behind a proxy with TLS it is Secure too.
 */
export async function registerBrowserSessions(app: FastifyInstance): Promise<void> {
  await app.register(cookie)
  const options = (request: FastifyRequest) =>
    ({ path: '/', httpOnly: true, sameSite: 'strict', secure: request.protocol === 'https' }) as const
  app.decorateReply('openBrowserSession', function (principal) {
    const csrf = randomBytes(18).toString('base64url')
    this.setCookie(cookieName, app.openSession({ ...principal, csrf }), options(this.request))
    return csrf
  })
  app.decorateReply('endBrowserSession', function () {
    this.clearCookie(cookieName, options(this.request))
  })
}

/** The token of a browser's session, if the request brings one. */
export function cookieToken(request: FastifyRequest): string | undefined {
  return request.cookies[cookieName]
}

/**
 * A cookie comes with every request of the browser, also with one that another site made it send. What changes something
 * therefore shows that it could read our answer, and a WebSocket that its page is ours (RFC 6455 section 10.2).
 */
export function refuseForged(request: FastifyRequest, { csrf }: Principal): void {
  if (request.headers.upgrade !== undefined) {
    if (!isOwnPage(request)) throw new RequestForged('the page that opens this socket is not one of ours')
    return
  }
  if (harmless.has(request.method)) return
  const sent = request.headers['x-csrf-token']
  if (csrf === undefined || typeof sent !== 'string' || !isSame(sent, csrf)) {
    throw new RequestForged('send "x-csrf-token" as GET /api/v1/session tells it')
  }
}

function isOwnPage({ headers }: FastifyRequest): boolean {
  try {
    return new URL(headers.origin ?? '').host === headers.host
  } catch {
    return false
  }
}

function isSame(sent: string, expected: string): boolean {
  const [a, b] = [Buffer.from(sent), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
