import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { HotlineError, nullable } from '../kernel/index.ts'
import type { CallHistoryEntry, CallStore } from './call-store.ts'
import { callEndings } from './history-ending.ts'

class SpanInvalid extends HotlineError {
  readonly code = 'span-invalid'
  readonly status = 400
}

const text = Type.String()
const instant = Type.String({ format: 'date-time' })
const entry = Type.Object({
  callId: text,
  direction: Type.Enum(['inbound', 'outbound']),
  line: text,
  callerNumber: text,
  language: nullable(text),
  queue: nullable(text),
  agentId: nullable(text),
  offeredAt: text,
  queuedAt: nullable(text),
  answeredAt: nullable(text),
  abandonedAt: nullable(text),
  releasedAt: nullable(text),
  releasedBy: nullable(text),
  transferredTo: nullable(text),
  rating: nullable(Type.Integer()),
  wrapUpCode: nullable(text),
  ending: nullable(Type.Enum([...callEndings])),
})

/** Calls of the past. The question is a body, not an address: it may name a citizen's number, and addresses stand in logs. */
export function callHistoryRoutes({ store }: { store: CallStore }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/call-history',
      {
        config: { roles: ['supervisor', 'admin'] },
        schema: {
          tags: ['calls'],
          summary: 'Calls that arrived in a span, newest first',
          body: Type.Object(
            {
              from: instant,
              to: instant,
              callerNumber: Type.Optional(Type.String({ pattern: '^\\+?[0-9]{3,20}$' })),
              agentId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })),
              queue: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,50}$' })),
              limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
            },
            { additionalProperties: false },
          ),
          response: { 200: Type.Array(entry) },
        },
      },
      async ({ body }) => {
        const span = { from: new Date(body.from), to: new Date(body.to) }
        if (span.from >= span.to) throw new SpanInvalid('from must be before to')
        return (await store.search({ ...body, ...span })).map(view)
      },
    )
  }
}

function view({ offeredAt, queuedAt, answeredAt, abandonedAt, releasedAt, ...call }: CallHistoryEntry) {
  const iso = (at: Date | null) => at?.toISOString() ?? null
  return {
    ...call,
    offeredAt: offeredAt.toISOString(),
    queuedAt: iso(queuedAt),
    answeredAt: iso(answeredAt),
    abandonedAt: iso(abandonedAt),
    releasedAt: iso(releasedAt),
  }
}
