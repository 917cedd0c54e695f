import type { AgentRoster, AgentStore } from './agent/index.ts'
import type { OpenCall } from './call/index.ts'
import type { Dispatcher } from './queue/index.ts'

/**
 * Puts every agent where the log last saw it. One who was ringing or talking with a call that is over is freed at
 * once; with a call that is still open, the call's own restoration frees or keeps the agent.
 */
export async function restoreAgents({
  store,
  roster,
  dispatcher,
  openCalls,
  wrapUpSecondsOf,
}: {
  store: AgentStore
  roster: AgentRoster
  dispatcher: Dispatcher
  openCalls: readonly OpenCall[]
  wrapUpSecondsOf: (queue: string) => number
}): Promise<void> {
  const states = await store.states()
  const open = new Map(openCalls.map((call) => [call.callId, call]))
  for (const profile of await store.profiles()) {
    const stored = states.get(profile.agentId)
    if (!stored) {
      roster.put(profile)
      continue
    }
    const agent = roster.restore(profile, stored)
    const { agentId, abilities, changedAt, context } = agent
    const { groups } = profile
    if (agent.state === 'ready') dispatcher.agentReady({ agentId, abilities, groups, readySince: changedAt })
    if (agent.state === 'wrapUp') roster.resumeWrapUp(agent, wrapUpSecondsOf(''))
    // Whoever listened was cut off: a leg that belongs to no call is ended.
    if (agent.state === 'monitoring' && context.callId !== null) roster.monitorEnded(agentId, context.callId)
    if (context.callId === null || open.has(context.callId)) continue
    if (agent.state === 'ringing') roster.withdrawn(agentId, context.callId)
    if (agent.state === 'talking') roster.released(agentId, context.callId, '')
  }
}
