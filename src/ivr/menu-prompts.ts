import type { MenuSnapshot, PromptRef, SpokenPrompt } from './menu-snapshot.ts'

/** Every recording the menus can have said, in all languages. */
export function promptsOf({ lines, menus, languages }: MenuSnapshot): PromptRef[] {
  const spoken: SpokenPrompt[] = [
    ...[...lines.values()].flatMap(({ greeting }) => greeting),
    ...[...menus.values()].flatMap(({ prompts, invalid, silence, keys }) => [
      ...prompts,
      ...invalid,
      ...silence,
      ...[...keys.values()].flatMap(({ play }) => play),
    ]),
  ]
  const refs = spoken.flatMap(({ language, name }) =>
    (language === undefined ? languages : [language]).map((each) => ({ language: each, name })),
  )
  return [...new Map(refs.map((ref) => [`${ref.language}/${ref.name}`, ref])).values()]
}
