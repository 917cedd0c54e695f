import type { HotlineEvent } from '../events/index.ts'

/** A third party that an agent could not have: a branch's number, or `agent:<id>`. */
export interface NotReached {
  /** The id of the fact that tells it. */
  readonly factId: string
  readonly target: string
  readonly outcome: string
}

/** Whom the agent could not have last in a call with these facts, oldest first; null when somebody was rung since. */
export function lastNotReached(facts: readonly HotlineEvent[], agentId: string): NotReached | null {
  let last: NotReached | null = null
  for (const { id, type, data } of facts) {
    if (!('agentId' in data) || data.agentId !== agentId) continue
    if (type === 'call.consultation-started') last = null
    if (type === 'call.consultation-failed' || type === 'call.branch-refused')
      last = { factId: id, target: data.target, outcome: data.outcome }
  }
  return last
}
