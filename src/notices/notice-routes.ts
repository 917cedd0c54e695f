import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { nullable } from '../kernel/index.ts'
import type { NoticeBoard } from './notice-board.ts'
import type { Notice } from './notice-store.ts'

const strict = { additionalProperties: false }
const agentId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' })
const level = Type.Enum(['info', 'warning', 'urgent'])
const instant = Type.String({ format: 'date-time' })

const noticeView = Type.Object({
  noticeId: Type.String({ format: 'uuid' }),
  text: Type.String(),
  level,
  queue: nullable(Type.String()),
  agentIds: nullable(Type.Array(Type.String())),
  by: Type.String(),
  publishedAt: instant,
  until: nullable(instant),
})
const noticeBody = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 2000 }),
    level: Type.Optional(level),
    to: Type.Union([
      Type.Literal('all'),
      Type.Object({ queue: Type.String({ pattern: '^[a-z0-9-]{1,50}$' }) }, strict),
      Type.Object({ agentIds: Type.Array(agentId, { minItems: 1, maxItems: 1000, uniqueItems: true }) }, strict),
    ]),
    until: Type.Optional(nullable(instant)),
  },
  strict,
)

/** Supervisors publish and withdraw; an agent sees what is meant for it, others see all. */
export function noticeRoutes({ board }: { board: NoticeBoard }): FastifyPluginAsyncTypebox {
  return async (app) => {
    const overseers = { roles: ['supervisor', 'admin'] } as const
    const everybody = { roles: ['agent', 'supervisor', 'admin', 'service'] } as const
    const tags = ['notices']

    app.post(
      '/notices',
      {
        config: overseers,
        schema: {
          tags,
          summary: 'Tell something to all desks, to those of a queue, or to some agents',
          body: noticeBody,
          response: { 201: noticeView },
        },
      },
      async ({ body, principal }, reply) => {
        const { text, level: wanted = 'info', to, until } = body
        const notice = await board.publish({
          text,
          level: wanted,
          to,
          until: until == null ? null : Date.parse(String(until)),
          by: principal.username,
        })
        return reply.code(201).send(view(notice))
      },
    )

    app.get(
      '/notices',
      {
        config: everybody,
        schema: { tags, summary: 'The notices in force, newest first', response: { 200: Type.Array(noticeView) } },
      },
      async ({ principal }) => {
        const { role, agentId: own } = principal
        return (await board.current(role === 'agent' ? (own ?? '') : undefined)).map(view)
      },
    )

    app.delete(
      '/notices/:noticeId',
      {
        config: overseers,
        schema: {
          tags,
          summary: 'Withdraw a notice',
          params: Type.Object({ noticeId: Type.String({ format: 'uuid' }) }),
          response: { 204: Type.Null() },
        },
      },
      async ({ params, principal }, reply) => {
        await board.withdraw(params.noticeId, principal.username)
        return reply.code(204).send(null)
      },
    )
  }
}

function view({ agentIds, publishedAt, until, ...notice }: Notice) {
  return {
    ...notice,
    agentIds: agentIds === null ? null : [...agentIds],
    publishedAt: new Date(publishedAt).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
  }
}
