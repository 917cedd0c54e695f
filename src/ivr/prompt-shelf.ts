import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { wavHeaderLength } from '../kernel/index.ts'
import type { Language, PromptName, PromptRef } from './menu-snapshot.ts'
import { numberPrompts } from './number-prompts.ts'

/** What the queue, the agent's offer and the call say; every language needs them besides its numbers and menus. */
export const servicePrompts: readonly PromptName[] = [
  'invalid-key',
  'no-input',
  'please-wait',
  'connecting',
  'all-agents-busy',
  'apology',
  'fallback',
  'goodbye',
  'rate',
  'voicemail-review',
  'voicemail-too-short',
  'voicemail-thanks',
  'voicemail-failed',
]

// Not languages: sounds that every language shares.
const sharedFolders = new Set(['tones', 'music'])

/** The recordings there are, as `language/name`. */
export interface PromptShelf {
  readonly languages: readonly Language[]
  /** All of them by language and name, without the sounds that every language shares. */
  readonly prompts: readonly PromptRef[]
  has(prompt: PromptRef): boolean
}

/** Looks which recordings lie in `promptsDir`; every folder except `tones` and `music` is a language. */
export async function readPromptShelf(promptsDir: string): Promise<PromptShelf> {
  const folders = await readdir(promptsDir, { withFileTypes: true })
  const names = folders.filter((folder) => folder.isDirectory()).map((folder) => folder.name)
  const found = new Set<string>()
  for (const folder of names) {
    for (const file of await readdir(join(promptsDir, folder))) {
      if (file.endsWith('.wav')) found.add(`${folder}/${file.slice(0, -'.wav'.length)}`)
    }
  }
  const languages = names.filter((folder) => !sharedFolders.has(folder)).sort()
  const named = [...found].sort().map((key) => key.split('/', 2))
  return {
    languages,
    prompts: named.flatMap(([language = '', name = '']) => (sharedFolders.has(language) ? [] : [{ language, name }])),
    has: ({ language, name }) => found.has(`${language}/${name}`),
  }
}

/** What `language` must have whatever the menus say. */
export function requiredPrompts(language: Language): PromptName[] {
  return [...servicePrompts, ...numberPrompts(language)]
}

/** The WAV file of a prompt: 8 kHz, mono, 16-bit PCM. */
export function promptFile({ promptsDir, prompt }: { promptsDir: string; prompt: PromptRef }): string {
  return join(promptsDir, prompt.language, `${prompt.name}.wav`)
}

/** Bytes a second of a prompt: 8 kHz, mono, 16 bits. */
const bytesASecond = 16_000

/** Milliseconds each prompt lasts, as `language/name`. One that is not there lasts 0. */
export async function promptLengths(
  promptsDir: string,
  prompts: readonly PromptRef[],
): Promise<ReadonlyMap<string, number>> {
  const lengths = prompts.map(async (prompt) => {
    const file = await stat(promptFile({ promptsDir, prompt })).catch(() => undefined)
    const bytes = Math.max(0, (file?.size ?? 0) - wavHeaderLength)
    return [`${prompt.language}/${prompt.name}`, Math.round((bytes / bytesASecond) * 1000)] as const
  })
  return new Map(await Promise.all(lengths))
}

/** Music for waiting callers; it loops without a seam. */
export const queueMusic: PromptRef = { language: 'music', name: 'queue' }
