import proxy from '@fastify/http-proxy'
import type { FastifyPluginAsync } from 'fastify'
import { HotlineError } from '../kernel/index.ts'

class TicketsAway extends HotlineError {
  readonly code = 'tickets-away'
  readonly status = 503
}

/**
 * `/tickets-api/…`: the ticket service's API for the pages, under our address, so that one login and one origin do for
 * both. It asks for the session itself; nothing is decided here.
 */
export function ticketProxyRoutes({ ticketsUrl }: { ticketsUrl: string | undefined }): FastifyPluginAsync {
  return async (app) => {
    if (ticketsUrl === undefined) return
    app.addHook('onRoute', (route) => {
      route.config = { ...route.config, roles: 'public' }
      route.schema = { ...route.schema, hide: true }
    })
    await app.register(proxy, {
      upstream: ticketsUrl,
      prefix: '/tickets-api/v1',
      rewritePrefix: '/api/v1',
      replyOptions: {
        rewriteRequestHeaders: ({ ip, protocol }, headers) => ({
          ...headers,
          'x-forwarded-for': ip,
          'x-forwarded-proto': protocol,
        }),
        onError: (reply, { error }) => void reply.send(new TicketsAway(`the ticket service: ${error.message}`)),
      },
    })
  }
}
