import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { MenuSnapshot } from '../ivr/index.ts'
import { nullable } from '../kernel/index.ts'
import { dryRun } from './menu-dry-run.ts'

const text = Type.String()
const milliseconds = Type.Integer({ minimum: 0, description: 'since the call was answered' })
const prompts = Type.Array(Type.String({ description: 'language/name' }))

const resultView = Type.Object({
  kind: Type.Enum(['queue', 'hangup']),
  queue: nullable(text),
  skills: Type.Array(text),
  priority: Type.Integer(),
  reason: text,
})
const stepView = Type.Union([
  Type.Object({ kind: Type.Literal('said'), at: milliseconds, prompts, lasts: Type.Integer() }),
  Type.Object({ kind: Type.Literal('pressed'), at: milliseconds, key: text }),
  Type.Object({ kind: Type.Literal('done'), at: milliseconds }),
])
const runView = Type.Object({
  version: Type.String({ description: 'of the menus' }),
  steps: Type.Array(stepView),
  menu: nullable(Type.String({ description: 'where the caller stands' })),
  language: text,
  path: Type.Array(text),
  result: nullable(resultView),
})
const body = Type.Object(
  {
    line: Type.String({ pattern: '^\\+?[0-9]{3,15}$' }),
    inputs: Type.Array(Type.String({ pattern: '^([0-9*#]|wait)$' }), {
      maxItems: 200,
      description: 'keys one by one; wait: none until something else is said',
    }),
  },
  { additionalProperties: false },
)

/** A try of the menus in force without a telephone. It changes nothing and nobody is called. */
export function menuDryRunRoutes({
  menus,
  promptsDir,
}: {
  menus: () => MenuSnapshot
  promptsDir: string
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/menu-dry-runs',
      {
        config: { roles: ['supervisor', 'admin'] },
        schema: {
          tags: ['menus'],
          summary: 'What a caller who presses these keys hears, and where it ends',
          body,
          response: { 200: runView },
        },
      },
      async ({ body: { line, inputs } }) => {
        const snapshot = menus()
        const { result, ...run } = await dryRun({ menus: snapshot, line, inputs, promptsDir })
        return {
          ...run,
          version: snapshot.version,
          path: [...run.path],
          steps: run.steps.map((step) => (step.kind === 'said' ? { ...step, prompts: [...step.prompts] } : step)),
          result: result && viewOfResult(result),
        }
      },
    )
  }
}

function viewOfResult(result: NonNullable<Awaited<ReturnType<typeof dryRun>>['result']>) {
  const { kind, reason } = result
  if (result.kind === 'hangup') return { kind, reason, queue: null, skills: [], priority: 0 }
  return { kind, reason, queue: result.queue, skills: [...result.skills], priority: result.priority }
}
