import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { WebSocket } from 'ws'
import { colleagueOf, type EventLog, type HotlineEvent } from '../events/index.ts'
import type { Logger } from '../kernel/index.ts'
import type { CommittedTail } from './committed-tail.ts'
import { FeedClient } from './feed-client.ts'

/** Milliseconds between pings; a socket that missed one is dead. */
const pingEvery = 15_000

export interface LiveRoutesOptions {
  readonly log: EventLog
  readonly tail: CommittedTail
  readonly source: string
  readonly logger: Logger
}

/** `/live`: the feed of facts. Agents see what concerns them and all callbacks, supervisors, admins and services everything. */
export function liveRoutes({ log, tail, source, logger }: LiveRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    const early = new Set<FeedClient>()
    log.onRecorded((event) => {
      for (const client of early) client.early(event)
    })
    const stopPinging = pingAll(() => app.websocketServer.clients)
    app.addHook('preClose', async () => stopPinging())

    app.get(
      '/live',
      {
        websocket: true,
        config: { roles: ['agent', 'supervisor', 'admin', 'service'] },
        schema: {
          hide: true,
          querystring: Type.Object({
            after: Type.Optional(Type.Integer({ minimum: 0 })),
            early: Type.Optional(Type.Boolean({ description: 'also send facts before they are committed' })),
          }),
        },
      },
      (socket, request) => {
        const { role, agentId } = request.principal
        const sees = role === 'agent' ? (event: HotlineEvent) => concerns(event, agentId) : () => true
        const after = request.query.after ?? tail.last
        const client = new FeedClient({ socket, tail, after, source, logger, sees })
        if (request.query.early ?? role === 'agent') {
          early.add(client)
          socket.on('close', () => early.delete(client))
        }
      },
    )
  }
}

function concerns(event: HotlineEvent, agentId: string | null): boolean {
  if (agentId === null) return false
  // Whom to call back is told to every agent (GET /callbacks), and whoever is quickest takes it.
  if (event.type.startsWith('callback.')) return true
  // A notice concerns all it is for, and all of them when it names nobody.
  if ('agentIds' in event.data) return event.data.agentIds?.includes(agentId) ?? true
  // Whom a call is handed to, or who is asked to join, has a desk too.
  if ('target' in event.data && colleagueOf(event.data) === agentId) return true
  return 'agentId' in event.data && event.data.agentId === agentId
}

function pingAll(sockets: () => Iterable<WebSocket>): () => void {
  const waiting = new WeakSet<WebSocket>()
  const timer = setInterval(() => {
    for (const socket of sockets()) {
      if (waiting.has(socket)) {
        socket.terminate()
        continue
      }
      waiting.add(socket)
      socket.once('pong', () => waiting.delete(socket))
      socket.ping()
    }
  }, pingEvery)
  timer.unref()
  return () => clearInterval(timer)
}
