import { existsSync } from 'node:fs'
import { callbackPromptsOf } from './call-back.ts'
import type { City } from './city.ts'
import { type MenuLibrary, promptFile } from './ivr/index.ts'
import { ConfigurationError } from './kernel/index.ts'

/** Every prompt the city's file names must be there in every language, or a caller would hear nothing. */
export function checkPrompts(city: City, menus: MenuLibrary, promptsDir: string): void {
  const named = [
    ...[...city.queues.values()].flatMap(({ overflow, afterMaxWait }) => [
      ...overflow.map(({ action }) => action),
      afterMaxWait,
    ]),
    ...[...city.lines.values()].map(({ whenClosed }) => whenClosed),
  ].flatMap((way) => (way.kind === 'announce' ? [way.prompt] : way.kind === 'voicemail' ? [way.greeting] : []))
  const advice = [...city.branches.values()].flatMap((branch) => branch.advice ?? [])
  named.push(...callbackPromptsOf(city), city.nuisance.warning, city.nuisance.refusal)
  const missing = menus
    .current()
    .languages.flatMap((language) =>
      [...named, ...advice]
        .map((name) => promptFile({ promptsDir, prompt: { language, name } }))
        .filter((file) => !existsSync(file)),
    )
  if (missing.length > 0)
    throw new ConfigurationError(`the city's file names prompts that are missing: ${missing.join(', ')}`)
}
