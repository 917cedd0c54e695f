import type { AgentRoster } from './agent/index.ts'
import type { EventLog } from './events/index.ts'
import type { Dispatcher } from './queue/index.ts'

/** Every change of an agent's state is on record, and the queue knows who is ready. */
export function followAgents({
  roster,
  log,
  dispatcher,
}: {
  roster: AgentRoster
  log: EventLog
  dispatcher: Dispatcher
}): void {
  roster.onChange(({ agent, from, to, at }) => {
    const { agentId, abilities, changedAt, profile } = agent
    const { status, reason, extension, callId } = agent.context
    log.append('agent.state-changed', { agentId, from, to, status, reason, extension, callId }, at)
    const { groups } = profile
    if (to === 'ready') dispatcher.agentReady({ agentId, abilities, groups, readySince: changedAt })
    else dispatcher.agentNotReady(agentId)
  })
}
