import { shallowRef, watch } from 'vue'
import { api } from '../api/request.ts'
import { code } from '../texts/codes.ts'
import { language } from '../texts/texts.ts'
import { pathNames } from './path-names.ts'
import { menuText } from './texts.ts'
import type { Menu, Menus } from './views.ts'

/** Names keys that were pressed. The menus are asked for with every call: whoever wrote them may have changed them. */
export function usePathNames(callId: () => string | undefined): (path: readonly string[]) => string[] {
  const menus = shallowRef<readonly Menu[]>([])

  async function look(): Promise<void> {
    try {
      menus.value = (await api.get<Menus>('/menus')).menus
    } catch {
      // The page says that the service is away; the path is told by the menus known before.
    }
  }

  watch(callId, () => void look(), { immediate: true })
  return (path) =>
    pathNames(path, menus.value, {
      person: menuText('person'),
      repeat: menuText('repeat'),
      label: (label) => label[language.value],
      language: (spoken) => code('languages', spoken),
      queue: (name) => code('queues', name),
    })
}
