import type { Text } from '../texts/text.ts'

/** What the service tells of its menus; see GET /api/v1/menus. */
export interface SpokenPrompt {
  readonly language: string | null
  readonly name: string
}
export interface Destination {
  readonly kind: 'menu' | 'queue' | 'person' | 'repeat' | 'hangup'
  readonly menu: string | null
  readonly queue: string | null
  readonly skills: readonly string[]
  readonly priority: number
}
interface Source {
  readonly file: string
  readonly line: number
}
export interface MenuKey {
  readonly key: string
  readonly label: Text | null
  readonly language: string | null
  readonly play: readonly SpokenPrompt[]
  readonly to: Destination
  readonly source: Source
}
export interface Menu {
  readonly id: string
  readonly prompts: readonly SpokenPrompt[]
  readonly waitSeconds: number
  readonly attempts: number
  readonly exhausted: Destination
  readonly keys: readonly MenuKey[]
  readonly source: Source
}
export interface Line {
  readonly number: string
  readonly isDefault: boolean
  readonly front: 'menu' | 'direct'
  readonly language: string
  readonly greeting: readonly SpokenPrompt[]
  readonly menu: string | null
  readonly person: Destination
  readonly source: Source
}
export interface Menus {
  readonly version: string
  readonly languages: readonly string[]
  readonly lines: readonly Line[]
  readonly menus: readonly Menu[]
  readonly refused: {
    readonly at: string
    readonly faults: readonly (Source & { readonly message: string })[]
  } | null
}
export interface Prompt {
  readonly language: string
  readonly name: string
  readonly text: string | null
  readonly seconds: number
}
export interface DryRun {
  readonly version: string
  readonly steps: readonly DryRunStep[]
  readonly menu: string | null
  readonly language: string
  readonly path: readonly string[]
  readonly result: (Pick<Destination, 'queue' | 'skills' | 'priority'> & { kind: string; reason: string }) | null
}
export interface DryRunStep {
  readonly kind: 'said' | 'pressed' | 'done'
  readonly at: number
  readonly prompts?: readonly string[]
  readonly key?: string
}

/** A menu as it hangs in the tree: drawn with its keys where it is first reached, by its name alone later. */
export interface Branch {
  readonly menu: Menu
  readonly keys: readonly { readonly key: MenuKey; readonly branch: Branch | null }[]
}

export function treeOf(line: Line, menus: readonly Menu[]): Branch | null {
  const byId = new Map(menus.map((menu) => [menu.id, menu]))
  const shown = new Set<string>()
  const branch = (id: string | null): Branch | null => {
    const menu = id === null || shown.has(id) ? undefined : byId.get(id)
    if (!menu) return null
    shown.add(menu.id)
    return { menu, keys: menu.keys.map((key) => ({ key, branch: branch(key.to.menu) })) }
  }
  return branch(line.menu)
}
