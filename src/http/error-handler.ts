import type { FastifyInstance } from 'fastify'
import { HotlineError } from '../kernel/index.ts'

/** RFC 9457. `code` is ours and never changes. */
interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
}

/** Turns whatever was thrown into problem+json; what we did not foresee is logged and not told. */
export function registerErrorHandler(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error)
    if (problem.status >= 500) request.log.error({ err: error }, 'request failed')
    if (problem.status === 429 && hasRetryAfter(error)) reply.header('retry-after', error.retryAfter)
    return reply.code(problem.status).type('application/problem+json').send(problem)
  })
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .type('application/problem+json')
      .send(problem('not-found', 404, `nothing at ${request.method} ${request.url.split('?')[0]}`)),
  )
}

function hasRetryAfter(error: unknown): error is { readonly retryAfter: number } {
  return typeof (error as { retryAfter?: unknown } | null)?.retryAfter === 'number'
}

function problemOf(error: unknown): Problem {
  if (error instanceof HotlineError) return problem(error.code, error.status, error.message)
  const { statusCode, message, code } = (error ?? {}) as { statusCode?: number; message?: string; code?: string }
  if (statusCode !== undefined && statusCode < 500) return problem(codeOf(statusCode, code), statusCode, message ?? '')
  return problem('internal-error', 500, 'an error of ours: the log of the service has the details')
}

/** Codes for what the framework refuses; `name` is its own. */
function codeOf(status: number, name: string | undefined): string {
  if (name === 'FST_ERR_VALIDATION') return 'request-invalid'
  return status === 429 ? 'too-many-requests' : 'request-refused'
}

function problem(code: string, status: number, detail: string): Problem {
  return { type: `urn:yihao:problem:${code}`, title: code.replaceAll('-', ' '), status, detail, code }
}
