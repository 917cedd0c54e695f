import type { Text } from '../texts/text.ts'
import type { Menu, MenuKey } from './views.ts'

/** In the words of the page's language: labels of the menu file, and what has none there. */
export interface PathWords {
  readonly person: string
  readonly repeat: string
  label(label: Text): string
  language(code: string): string
  queue(name: string): string
}

/** The keys a caller pressed, each `menu:key`, by their names. One whose menu is gone meanwhile stays as it is. */
export function pathNames(path: readonly string[], menus: readonly Menu[], words: PathWords): string[] {
  return path.map((step) => {
    const [id, pressed] = step.split(':')
    // 0 leads to a person at any time, so no menu lists it.
    if (pressed === '0') return words.person
    const key = menus.find((menu) => menu.id === id)?.keys.find((each) => each.key === pressed)
    return (key && keyName(key, words)) ?? step
  })
}

/** A language has a name in the page's language; everything else is named by whoever wrote the menus. */
function keyName({ label, language, to }: MenuKey, words: PathWords): string | undefined {
  if (language !== null) return words.language(language)
  if (label !== null) return words.label(label)
  if (to.kind === 'person' || to.kind === 'repeat') return words[to.kind]
  return to.queue === null ? undefined : words.queue(to.queue)
}
