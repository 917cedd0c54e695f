import { code } from '../texts/codes.ts'
import { menuText } from './texts.ts'
import type { Destination } from './views.ts'

/** Where a key leads, in words. */
export function destinationText({ kind, menu, queue, skills, priority }: Destination): string {
  if (kind === 'menu') return menuText('above', { id: menu ?? '' })
  if (kind !== 'queue') return menuText(kind)
  const parts = [
    menuText('queue', { queue: code('queues', queue ?? '') }),
    ...(skills.length > 0 ? [menuText('skills', { skills: skills.join('、') })] : []),
    ...(priority > 0 ? [menuText('priority', { priority })] : []),
  ]
  return parts.join(' · ')
}
