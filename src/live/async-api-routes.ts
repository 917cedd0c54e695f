import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { asyncApiDocument, eventSchemas } from '../events/index.ts'

/** `/asyncapi.json`: what comes over `/live`, for those who write consumers. */
export function asyncApiRoutes({ source }: { source: string }): FastifyPluginAsyncTypebox {
  const document = asyncApiDocument({
    title: 'Yihao hotline facts',
    description:
      'The `event` of every message of type `event`; see docs/events.md for hello, early, ack and resumption.',
    source,
    address: '/live',
    schemas: eventSchemas,
    sequenced: true,
  })
  return async (app) => {
    app.get('/asyncapi.json', { config: { roles: 'public' }, schema: { hide: true } }, async () => document)
  }
}
