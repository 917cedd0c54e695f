import type { Destination, Line, Menu } from './menu-snapshot.ts'

type Menus = ReadonlyMap<string, Menu>

/** Menus a caller can come to from some line. */
export function reachableMenus(menus: Menus, lines: readonly Line[]): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = lines.flatMap((line) => line.menu ?? [])
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const menu = menus.get(id)
    if (menu === undefined || reached.has(id)) continue
    reached.add(id)
    for (const to of [...keyDestinations(menu), menu.exhausted]) if (to.kind === 'menu') waiting.push(to.menu)
  }
  return reached
}

/** Menus that keys (0 not counted) lead out of, and menus that a caller who presses nothing gets out of. */
export function menuExits(menus: Menus): { byKeys: ReadonlySet<string>; bySilence: ReadonlySet<string> } {
  return {
    byKeys: leadingOut(menus, keyDestinations),
    bySilence: leadingOut(menus, (menu) => [menu.exhausted]),
  }
}

/** Grows the set of menus with a way out until nothing is added. A menu that is not defined is another fault. */
function leadingOut(menus: Menus, ways: (menu: Menu) => Destination[]): ReadonlySet<string> {
  const out = new Set<string>()
  for (let before = -1; before !== out.size; ) {
    before = out.size
    for (const menu of menus.values()) if (ways(menu).some((to) => leaves(to, menus, out))) out.add(menu.id)
  }
  return out
}

function leaves(to: Destination, menus: Menus, out: ReadonlySet<string>): boolean {
  if (to.kind === 'menu') return out.has(to.menu) || !menus.has(to.menu)
  return to.kind !== 'repeat'
}

function keyDestinations(menu: Menu): Destination[] {
  return [...menu.keys.values()].map((action) => action.to)
}
