import type { FastifyPluginAsync } from 'fastify'
import type { EventLog } from './events/index.ts'
import type { SwitchPort } from './switch/index.ts'

/** `/healthz`: the process lives. `/readyz`: it can take calls, i.e. a switch is connected. */
export function healthRoutes({
  switches,
  log,
}: {
  switches: readonly SwitchPort[]
  log: EventLog
}): FastifyPluginAsync {
  return async (app) => {
    const config = { roles: 'public' } as const
    app.get('/healthz', { config, schema: { hide: true } }, async () => ({ ok: true }))
    app.get('/readyz', { config, schema: { hide: true } }, async (_request, reply) => {
      const connected = switches.filter((switchPort) => switchPort.connected).map(({ name }) => name)
      const ready = connected.length > 0
      return reply.code(ready ? 200 : 503).send({ ok: ready, switches: connected, eventBacklog: log.backlog })
    })
  }
}
