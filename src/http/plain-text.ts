import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { HotlineError } from '../kernel/index.ts'

class TextRefused extends HotlineError {
  readonly code = 'text-invalid'
  readonly status = 400
}

/** Refuses requests with a NUL in any text: PostgreSQL cannot keep one, and nobody means one. */
export function refuseNul(app: FastifyInstance): void {
  app.addHook('preHandler', async ({ params, query, body }) => {
    // The stream of a request that is passed on is no data, and leads round in circles.
    const parts = [params, query, body instanceof Readable ? undefined : body]
    if (containsNul(parts)) throw new TextRefused('a text contains the character NUL')
  })
}

/** Without recursion: a body may be nested a hundred thousand deep. */
function containsNul(value: unknown): boolean {
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'string' && next.includes('\0')) return true
    if (typeof next === 'object' && next !== null) for (const part of Object.values(next)) open.push(part)
  }
  return false
}
