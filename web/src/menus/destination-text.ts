import { code } from '../texts/codes.ts'
import { mark } from '../texts/marks.ts'
import { menuText } from './texts.ts'
import type { Destination } from './views.ts'

/** Where a key leads, in words. */
export function destinationText({ kind, menu, queue, skills, priority }: Destination): string {
  if (kind === 'menu') return menuText('above', { id: menu ?? '' })
  if (kind !== 'queue') return menuText(kind)
  const parts = [
    menuText('queue', { queue: code('queues', queue ?? '') }),
    ...(skills.length > 0
      ? [menuText('skills', { skills: skills.map((skill) => code('queues', skill)).join(mark('comma')) })]
      : []),
    ...(priority > 0 ? [menuText('priority', { priority })] : []),
  ]
  return parts.join(' · ')
}
