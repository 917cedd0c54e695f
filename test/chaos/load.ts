import type { SippResult } from '../support/sipp.ts'
import type { ChaosRoom } from './chaos-room.ts'
import type { Report } from './report.ts'

/** SIPp plays as many agents, who talk for a while and hang up; they take whoever waits in the queue `general`. */
export async function sippAgents(room: ChaosRoom, count: number, { talkMs = 1500 } = {}): Promise<void> {
  const agentIds = room.newAgentIds(count)
  await room.sipp.agents({ agentIds, scenario: 'agent-hangs-up', wrapUpSeconds: 0, receiveWithinMs: talkMs })
}

/**
 * SIPp calls, presses 0 and waits until an agent has talked and hung up, at most `patienceMs`. What it saw goes into the
 * report and into the ledger: every call that was answered must be in the log.
 */
export async function sippCallers(
  room: ChaosRoom,
  report: Report,
  { calls, rate, patienceMs = 60_000 }: { calls: number; rate: number; patienceMs?: number },
): Promise<SippResult> {
  const { result } = room.sipp.call({
    scenario: 'caller-waits-for-release',
    calls,
    rate,
    receiveWithinMs: patienceMs,
    timeoutMs: patienceMs + (calls / rate) * 1000 + 40_000,
  })
  const sipp = await result
  const accepted = sipp.responseTimes['answer']?.count ?? 0
  room.accepted(accepted)
  const sum = (name: string, more: number) => report.note(name, Number(report.figures[name] ?? 0) + more)
  sum('sippCalls', calls)
  sum('sippAccepted', accepted)
  sum('sippFailed', sipp.failed)
  return sipp
}
