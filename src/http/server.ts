import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import websocket from '@fastify/websocket'
import fastify, { type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify'
import type { Logger } from '../kernel/index.ts'
import { registerAuth, type SessionWatch } from './auth.ts'
import { endSockets } from './end-sockets.ts'
import { registerErrorHandler } from './error-handler.ts'
import { refuseNul } from './plain-text.ts'
import { registerValidation } from './validation.ts'

export interface HttpServerOptions {
  readonly logger: Logger
  /** Signs the session tokens. */
  readonly jwtSecret: string
  /** Tokens of programs by their name. */
  readonly serviceTokens?: ReadonlyMap<string, string>
  /** Sessions that were ended before their time. */
  readonly ended?: SessionWatch
  /** What the document of the API is headed with. */
  readonly about?: { readonly title: string; readonly description: string }
  /** Reverse proxies whose word on address and protocol of a request is taken. */
  readonly trustedProxies?: readonly string[]
  /** Mounted under /api/v1. */
  readonly routes: readonly FastifyPluginAsync[]
  /** Mounted at the root: health, Prometheus, /live. */
  readonly rootRoutes: readonly FastifyPluginAsync[]
}

/** Where sessions last until they expire. */
const noneEnds: SessionWatch = { isOver: () => false, onEnded: () => () => {} }
const hotline = { title: 'Yihao hotline', description: 'Calls, agents, queues and figures of a public hotline.' }

/** The HTTP server with everything all routes share; it does not listen yet. */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1024 * 1024,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    trustProxy: [...(options.trustedProxies ?? [])],
  }).withTypeProvider<TypeBoxTypeProvider>()
  registerErrorHandler(app as unknown as FastifyInstance)
  registerValidation(app as unknown as FastifyInstance)
  await app.register(helmet)
  await app.register(rateLimit, { global: false })
  await app.register(websocket, { options: { maxPayload: 64 * 1024 }, preClose: endSockets })
  await registerAuth(app as unknown as FastifyInstance, {
    secret: options.jwtSecret,
    serviceTokens: options.serviceTokens ?? new Map(),
    ended: options.ended ?? noneEnds,
  })
  refuseNul(app as unknown as FastifyInstance)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...(options.about ?? hotline), version: '1' },
      components: { securitySchemes: { session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ session: [] }],
    },
  })
  app.addHook('onRoute', (route) => {
    // The documentation's own pages say nothing about roles: whoever reaches the server may read it.
    if (route.url.startsWith('/docs')) route.config = { ...route.config, roles: 'public' }
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  for (const routes of options.rootRoutes) await app.register(routes)
  await app.register(
    async (api) => {
      // Answers name people: no browser or proxy keeps them.
      api.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
      for (const routes of options.routes) await api.register(routes)
    },
    { prefix: '/api/v1' },
  )
  return app as unknown as FastifyInstance
}
