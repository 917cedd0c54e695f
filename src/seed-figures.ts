import type { AgentStore } from './agent/index.ts'
import type { Clock } from './kernel/index.ts'
import type { CallbackFiguresStore, HistoryStore, LiveCallbacks, LiveFigures } from './metrics/index.ts'

const day = 24 * 60 * 60 * 1000

/** Gives the figures in memory what the log knows of the last day. */
export async function seedFigures({
  live,
  liveCallbacks,
  history,
  callbackFigures,
  agentStore,
  clock,
}: {
  live: LiveFigures
  liveCallbacks: LiveCallbacks
  history: HistoryStore
  callbackFigures: CallbackFiguresStore
  agentStore: AgentStore
  clock: Clock
}): Promise<void> {
  const [states, profiles] = [await agentStore.states(), await agentStore.profiles()]
  const since = new Date(clock.now() - day)
  for (const fact of await callbackFigures.factsSince(since)) liveCallbacks.take(fact)
  live.seed(
    await history.callsSince(since),
    new Map(profiles.map(({ agentId }) => [agentId, states.get(agentId)?.state ?? 'offline'])),
    await history.callsOutSince(since),
  )
}
