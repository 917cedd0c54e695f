import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { nullable } from '../kernel/index.ts'
import type { BranchBook, BranchNow } from './branch-book.ts'

const branchView = Type.Object({
  number: Type.String(),
  name: Type.String(),
  mode: Type.String({ description: 'sub-centre, specialist-seats or direct-merge' }),
  languages: Type.Array(Type.String(), { description: 'spoken there; empty: not known' }),
  state: Type.String({ description: 'open, busy or closed' }),
  reason: Type.String({ description: 'why it is not open; empty while it is' }),
  opensAt: nullable(Type.String({ format: 'date-time' })),
  calls: Type.Integer({ description: 'calls of ours that ring or talk there now' }),
  capacity: nullable(Type.Integer()),
})

/** Branch hotlines as they are at this moment, for the desk. */
export function branchRoutes({ book }: { book: BranchBook }): FastifyPluginAsyncTypebox {
  return async (app) => {
    const config = { roles: ['agent', 'supervisor', 'admin', 'service'] } as const

    app.get(
      '/branches',
      {
        config,
        schema: {
          tags: ['branches'],
          summary: 'Branch hotlines: open, busy or closed',
          response: { 200: Type.Array(branchView) },
        },
      },
      async () => book.now().map(view),
    )

    app.get(
      '/branches/:number',
      {
        config,
        schema: {
          tags: ['branches'],
          params: Type.Object({ number: Type.String({ pattern: '^[0-9]{3,15}$' }) }),
          response: { 200: branchView },
        },
      },
      async ({ params }) => view(book.find(params.number)),
    )
  }
}

function view({ branch, state, reason, opensAt, calls }: BranchNow) {
  const { number, name, mode, languages, capacity } = branch
  const spoken = [...languages]
  return {
    number,
    name,
    mode,
    languages: spoken,
    state,
    reason,
    opensAt: opensAt?.toISOString() ?? null,
    calls,
    capacity,
  }
}
