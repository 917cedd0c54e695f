import { checkPrompts } from './check-prompts.ts'
import { MenuLibrary } from './ivr/index.ts'
import type { Ground } from './open-ground.ts'

/** Opens the menus, and looks whether every prompt that the city's file names is there. */
export async function openMenus({ config, city, logger }: Ground): Promise<MenuLibrary> {
  const { menusDir, promptsDir } = config
  const menus = await MenuLibrary.open({ menusDir, promptsDir, queues: new Set(city.queues.keys()), logger })
  checkPrompts(city, menus, promptsDir)
  return menus
}
