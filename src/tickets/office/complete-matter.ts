import { MatterIncomplete } from './errors.ts'
import type { Matter } from './ticket.ts'

const needed = ['title', 'content'] as const

/** A unit gets no ticket that does not say what it is about. Throws {@link MatterIncomplete} with the fields that are empty. */
export function refuseEmptyMatter(matter: Matter): void {
  const empty = needed.filter((field) => matter[field].trim() === '')
  if (empty.length > 0) throw new MatterIncomplete(`fill in before DISPATCH: ${empty.join(', ')}`)
}
