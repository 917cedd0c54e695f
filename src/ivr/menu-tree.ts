import type { Destination, KeyAction, Line, Menu, MenuSnapshot, QueueTarget } from './menu-snapshot.ts'

/** The menus as a tree, one line a key, for people: what `npm run ivr:check` prints. */
export function formatMenuTree(menus: MenuSnapshot): string {
  return [...menus.lines.values()].flatMap((line) => formatLine(menus, line)).join('\n')
}

function formatLine(menus: MenuSnapshot, line: Line): string[] {
  const isDefault = line === menus.defaultLine ? ', and any number not listed' : ''
  const title = `${line.number} (${line.front}, ${line.language}${isDefault})  0: ${formatTarget(line.person)}`
  const first = line.menu === undefined ? undefined : menus.menus.get(line.menu)
  if (first === undefined) return [title, `└─ ${formatTarget(line.person)}`]
  return [title, `└─ ${formatMenu(first)}`, ...formatKeys(menus, first, '   ', new Set([first.id]))]
}

function formatKeys(menus: MenuSnapshot, menu: Menu, indent: string, shown: Set<string>): string[] {
  const keys = [...menu.keys]
  return keys.flatMap(([key, action], index) => {
    const last = index === keys.length - 1
    const next = action.to.kind === 'menu' ? menus.menus.get(action.to.menu) : undefined
    const isNew = next !== undefined && !shown.has(next.id)
    const head = `${indent}${last ? '└─' : '├─'} ${key} ${formatAction(action, next, isNew)}`
    if (!isNew) return [head]
    shown.add(next.id)
    return [head, ...formatKeys(menus, next, `${indent}${last ? '   ' : '│  '}`, shown)]
  })
}

function formatAction(action: KeyAction, next: Menu | undefined, isNew: boolean): string {
  const about = [
    action.label?.zh,
    action.language && `[${action.language}]`,
    action.play.length > 0 && `says ${action.play.map(({ name }) => name).join(' + ')}`,
  ].filter((part) => typeof part === 'string' && part !== '')
  const to = next === undefined ? formatDestination(action.to) : isNew ? formatMenu(next) : `menu ${next.id} (above)`
  return [...about, '→', to].join(' ')
}

function formatMenu({ id, waitSeconds, attempts, exhausted, source }: Menu): string {
  const then = `${attempts} × ${waitSeconds} s, then ${formatDestination(exhausted)}`
  return `menu ${id} (${then})  ${source.file}:${source.line}`
}

function formatDestination(to: Destination): string {
  switch (to.kind) {
    case 'queue':
      return formatTarget(to)
    case 'menu':
      return `menu ${to.menu}`
    case 'hangup':
      return 'hang up'
    case 'person':
    case 'repeat':
      return to.kind
  }
}

function formatTarget({ queue, skills, priority }: QueueTarget): string {
  const with_ = [skills.length > 0 && `skills ${skills.join(', ')}`, priority !== 0 && `priority ${priority}`]
  const about = with_.filter((part) => part !== false).join('; ')
  return `queue ${queue}${about === '' ? '' : ` (${about})`}`
}
