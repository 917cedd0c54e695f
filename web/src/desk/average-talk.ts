import { lasting } from '../texts/times.ts'
import type { AgentFigures } from './views.ts'

/** Of the talks that are over; a dash without any. */
export function averageTalkOf({ handled, talking, talkedMs }: AgentFigures): string {
  return handled > talking ? lasting(talkedMs / (handled - talking)) : '—'
}
