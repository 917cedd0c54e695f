import { readFile } from 'node:fs/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { HotlineError, messageOf, nullable } from '../kernel/index.ts'
import type { MenuLibrary } from './menu-library.ts'
import type { PromptRef } from './menu-snapshot.ts'
import { menusView, viewOf } from './menu-view.ts'
import { promptFile, promptLengths, readPromptShelf } from './prompt-shelf.ts'

class UnknownPrompt extends HotlineError {
  readonly code = 'unknown-prompt'
  readonly status = 404
}

const overseers = { roles: ['supervisor', 'admin'] } as const
const tags = ['menus']
const plainName = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' })
const promptView = Type.Object({
  language: Type.String(),
  name: Type.String(),
  text: nullable(Type.String({ description: 'what it says' })),
  seconds: Type.Number(),
})

export interface MenuRoutesOptions {
  readonly menus: MenuLibrary
  readonly promptsDir: string
  /** What the prompts of each language say, by name. */
  readonly texts: () => Promise<readonly { readonly language: string; readonly texts: ReadonlyMap<string, string> }[]>
}

/** The menus in force for people to look at, and their prompts to listen to. */
export function menuRoutes({ menus, promptsDir, texts }: MenuRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/menus',
      {
        // Desks name the keys that a caller pressed by them.
        config: { roles: ['agent', 'supervisor', 'admin'] },
        schema: {
          tags,
          summary: 'The menus in force, and the faults of changed files that were refused',
          response: { 200: menusView },
        },
      },
      async () => viewOf({ menus: menus.current(), refused: menus.refused }),
    )

    app.get(
      '/menu-prompts',
      {
        config: overseers,
        schema: { tags, summary: 'All prompts by language', response: { 200: Type.Array(promptView) } },
      },
      async ({ log }) => {
        const { prompts } = await readPromptShelf(promptsDir)
        // Recordings are there to listen to, also where nobody wrote down what they say.
        const said = await texts().catch((thrown: unknown) => {
          log.warn({ reason: messageOf(thrown) }, 'the texts of the prompts cannot be read')
          return []
        })
        const lengths = await promptLengths(promptsDir, prompts)
        const textOf = new Map(said.map((each) => [each.language, each.texts]))
        return prompts.map(({ language, name }) => ({
          language,
          name,
          text: textOf.get(language)?.get(name) ?? null,
          seconds: (lengths.get(`${language}/${name}`) ?? 0) / 1000,
        }))
      },
    )

    app.get(
      '/menu-prompts/:language/:name/audio',
      {
        config: overseers,
        schema: {
          tags,
          summary: 'A prompt as callers hear it',
          params: Type.Object({ language: plainName, name: plainName }),
          response: {
            200: {
              description: 'WAV, 8 kHz, mono',
              content: { 'audio/wav': { schema: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }) } },
            },
          },
        },
      },
      async ({ params }, reply) => reply.type('audio/wav').send(await soundOf(promptsDir, params)),
    )
  }
}

async function soundOf(promptsDir: string, prompt: PromptRef): Promise<Buffer> {
  try {
    return await readFile(promptFile({ promptsDir, prompt }))
  } catch {
    throw new UnknownPrompt(`there is no prompt ${prompt.language}/${prompt.name}`)
  }
}
