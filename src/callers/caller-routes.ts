import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { nullable } from '../kernel/index.ts'
import { type Caller, nuisanceGrades } from './caller.ts'
import type { CallerBook } from './caller-book.ts'

const tags = ['callers']
const params = Type.Object({ number: Type.String({ pattern: '^\\+?[0-9]{3,20}$' }) })
const time = Type.String({ format: 'date-time' })
const grade = nullable(Type.Enum([...nuisanceGrades]))
const callerView = Type.Object({
  number: Type.String(),
  priority: Type.Integer(),
  vip: Type.Boolean(),
  grade,
  evidence: Type.Array(Type.String()),
  note: Type.String(),
  setBy: Type.String(),
  setAt: time,
  until: nullable(time),
})
/** A very important caller is served before ordinary ones where nothing else is said. */
const vipPriority = 50

/** Callers who are served first, and those who are a nuisance: agents may look, supervisors decide. */
export function callerRoutes({ book }: { book: CallerBook }): FastifyPluginAsyncTypebox {
  const readers = { roles: ['agent', 'supervisor', 'admin', 'service'] } as const
  const deciders = { roles: ['supervisor', 'admin'] } as const

  return async (app) => {
    app.get(
      '/callers',
      {
        config: readers,
        schema: { tags, summary: 'The list, the latest change first', response: { 200: Type.Array(callerView) } },
      },
      async () => book.all().map(view),
    )

    app.get(
      '/callers/:number',
      { config: readers, schema: { tags, params, response: { 200: callerView } } },
      async (request) => view(book.get(request.params.number)),
    )

    app.put(
      '/callers/:number',
      {
        config: deciders,
        schema: {
          tags,
          summary: 'Priority, VIP, or a grade of nuisance with its evidence; replaces what was set before',
          params,
          body: Type.Object(
            {
              priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
              vip: Type.Boolean({ default: false }),
              grade: Type.Optional(grade),
              evidence: Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 50, default: [] }),
              note: Type.String({ maxLength: 500, default: '' }),
              until: Type.Optional(nullable(time)),
            },
            { additionalProperties: false },
          ),
          response: { 200: callerView },
        },
      },
      async ({ params: { number }, body, principal }) => {
        const { vip, evidence, note, grade: wanted = null, until } = body
        const priority = body.priority ?? (vip ? vipPriority : 0)
        const ends = until ? Date.parse(until) : null
        const setting = { number, priority, vip, evidence, note, grade: wanted, until: ends }
        return view(await book.set(setting, principal.username))
      },
    )

    app.delete(
      '/callers/:number',
      { config: deciders, schema: { tags, summary: 'Take a number off the list', params } },
      async ({ params: { number }, principal }, reply) => {
        await book.remove(number, principal.username)
        return reply.code(204).send()
      },
    )
  }
}

function view({ setAt, until, evidence, ...caller }: Caller) {
  return {
    ...caller,
    evidence: [...evidence],
    setAt: new Date(setAt).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
  }
}
