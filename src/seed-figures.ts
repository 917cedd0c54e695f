import type { AgentStore } from './agent/index.ts'
import type { Clock } from './kernel/index.ts'
import type { HistoryStore, LiveFigures } from './metrics/index.ts'

const day = 24 * 60 * 60 * 1000

/** Gives the figures in memory what the log knows of the last day. */
export async function seedFigures({
  live,
  history,
  agentStore,
  clock,
}: {
  live: LiveFigures
  history: HistoryStore
  agentStore: AgentStore
  clock: Clock
}): Promise<void> {
  const [states, profiles] = [await agentStore.states(), await agentStore.profiles()]
  live.seed(
    await history.callsSince(new Date(clock.now() - day)),
    new Map(profiles.map(({ agentId }) => [agentId, states.get(agentId)?.state ?? 'offline'])),
  )
}
