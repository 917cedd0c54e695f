import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { asyncApiDocument, eventSchemas } from '../../events/index.ts'
import { projectRoot } from '../../kernel/index.ts'
import { ticketFactSchemas } from '../facts/ticket-facts.ts'
import type { StreamStatus } from '../stream/stream-consumer.ts'

export interface ServiceRoutesOptions {
  readonly source: string
  readonly stream: () => StreamStatus
  readonly databaseAnswers: () => Promise<boolean>
}

/** Health, the machine's drawing, and what webhooks are sent. */
export function serviceRoutes({ source, stream, databaseAnswers }: ServiceRoutesOptions): FastifyPluginAsyncTypebox {
  const asyncApi = asyncApiDocument({
    title: 'Yihao ticket facts',
    description: 'What webhooks are sent, one fact a request, signed as Standard Webhooks says; see docs/tickets.md.',
    source,
    address: 'webhook',
    schemas: { ...eventSchemas, ...ticketFactSchemas },
    sequenced: false,
  })
  return async (app) => {
    const open = { config: { roles: 'public' as const }, schema: { hide: true } }
    app.get('/asyncapi.json', open, async () => asyncApi)
    app.get('/machine.svg', open, async (_, reply) =>
      reply.type('image/svg+xml').send(await readFile(join(projectRoot(), 'docs/ticket-machine.svg'), 'utf8')),
    )
    app.get('/healthz', open, async () => ({ ok: true }))
    app.get('/readyz', open, async (_, reply) => {
      const [status, database] = [stream(), await databaseAnswers()]
      return reply.code(status.connected && database ? 200 : 503).send({ database, stream: status })
    })
  }
}
