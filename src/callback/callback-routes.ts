import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { nullable } from '../kernel/index.ts'
import { actingAgent } from './acting-agent.ts'
import type { CallbackData } from './callback.ts'
import type { CallbackBook } from './callback-book.ts'
import type { CallbackStore } from './callback-store.ts'

const tags = ['callbacks']
const people = { roles: ['agent', 'supervisor', 'admin'] } as const
const strict = { additionalProperties: false }
const params = Type.Object({ callbackId: Type.String({ format: 'uuid' }) })
const time = Type.String({ format: 'date-time' })
const number = Type.String({ pattern: '^\\+?[0-9]{3,20}$' })
const agentId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })

const callbackView = Type.Object({
  callbackId: Type.String(),
  kind: Type.Enum(['requested', 'missed', 'opened']),
  state: Type.String({ description: 'resting, inLine, attempting or closed' }),
  number: Type.String(),
  line: Type.String(),
  language: Type.String(),
  queue: nullable(Type.String()),
  skills: Type.Array(Type.String()),
  queuedAt: nullable(time),
  openedAt: time,
  openedBy: nullable(Type.String()),
  expiresAt: time,
  notBefore: nullable(time),
  callId: nullable(Type.String()),
  missedCalls: Type.Integer(),
  attempts: Type.Integer(),
  closedAt: nullable(time),
  outcome: nullable(Type.String()),
})

/** Whom to call back: the list, taking one, opening one by hand, and giving one up. */
export function callbackRoutes({
  book,
  store,
}: {
  book: CallbackBook
  store: CallbackStore
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/callbacks',
      {
        config: { roles: ['agent', 'supervisor', 'admin', 'service'] },
        schema: {
          tags,
          summary: 'Open callbacks, oldest first, or the latest closed ones',
          querystring: Type.Object(
            {
              state: Type.Optional(Type.Enum(['open', 'closed'])),
              kind: Type.Optional(Type.Enum(['requested', 'missed', 'opened'])),
              limit: Type.Integer({ minimum: 1, maximum: 1000, default: 200 }),
            },
            strict,
          ),
          response: { 200: Type.Array(callbackView) },
        },
      },
      async ({ query: { state = 'open', kind, limit } }) => {
        const views = state === 'open' ? book.all().map(viewOpen) : (await store.closed({ limit })).map(viewClosed)
        return views.filter((view) => kind === undefined || view.kind === kind).slice(0, limit)
      },
    )

    app.post(
      '/callbacks',
      {
        config: people,
        schema: {
          tags,
          summary: 'Open a callback: a number an agent is to call; one a number',
          body: Type.Object(
            {
              number,
              line: Type.Optional(number),
              language: Type.Optional(Type.String({ pattern: '^[a-z]{2,8}$' })),
              queue: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,50}$' })),
              callId: Type.Optional(Type.String({ format: 'uuid' })),
            },
            strict,
          ),
          response: { 201: callbackView },
        },
      },
      async ({ body, principal }, reply) => {
        const { number: wanted, line = '12345', language = 'cmn', queue = null, callId = null } = body
        const wish = { number: wanted, line, language, queue, callId, skills: [], priority: 0 }
        return reply.code(201).send(viewOpen(book.openFor(wish, principal.username)))
      },
    )

    app.post(
      '/callbacks/:callbackId/take',
      {
        config: people,
        schema: {
          tags,
          summary: 'Call now: the own phone rings first, then the citizen’s; supervisors name the agent',
          params,
          body: Type.Object({ agentId: Type.Optional(agentId) }, strict),
          response: { 202: Type.Object({ callId: Type.String() }) },
        },
      },
      async (request, reply) => {
        const callId = book.take(request.params.callbackId, actingAgent(request, request.body.agentId))
        return reply.code(202).send({ callId })
      },
    )

    app.post(
      '/callbacks/:callbackId/cancel',
      {
        config: people,
        schema: {
          tags,
          summary: 'Give a callback up, with the reason',
          params,
          body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 200 }) }, strict),
          response: { 200: Type.Object({ callbackId: Type.String() }) },
        },
      },
      async ({ params: { callbackId }, body, principal }) => {
        book.cancel(callbackId, principal.username, body.reason)
        return { callbackId }
      },
    )
  }
}

function viewOpen({ data, state }: ReturnType<CallbackBook['all']>[number]) {
  return { ...viewData(data), state, closedAt: null, outcome: null }
}

function viewClosed({ data, closedAt, outcome }: Awaited<ReturnType<CallbackStore['closed']>>[number]) {
  return { ...viewData(data), state: 'closed', closedAt: iso(closedAt), outcome }
}

function viewData({ priority: _, ...data }: CallbackData) {
  const { skills, queuedAt, openedAt, expiresAt, notBefore } = data
  return {
    ...data,
    skills: [...skills],
    queuedAt: queuedAt === null ? null : iso(queuedAt),
    openedAt: iso(openedAt),
    expiresAt: iso(expiresAt),
    notBefore: notBefore === null ? null : iso(notBefore),
  }
}

const iso = (at: number) => new Date(at).toISOString()
