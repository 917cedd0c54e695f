import type { SippResult } from '../support/sipp.ts'
import type { ChaosRoom } from './chaos-room.ts'
import type { Report } from './report.ts'

/** Milliseconds: longer than any scenario lasts; whoever clears the room switches the phones off. */
const phonesLast = 60 * 60_000

/** SIPp plays as many agents, who talk for a while and hang up; they take whoever waits in the queue `general`. */
export async function sippAgents(room: ChaosRoom, count: number, { talkMs = 1500 } = {}): Promise<void> {
  const agentIds = room.newAgentIds(count)
  const scenario = 'agent-hangs-up'
  await room.sipp.agents({ agentIds, scenario, wrapUpSeconds: 0, receiveWithinMs: talkMs, timeoutMs: phonesLast })
}

/**
 * SIPp calls, presses 0 and waits until an agent has talked and hung up, at most `patienceMs`. What it saw goes into the
 * report and into the ledger: every call that was answered must be in the log.
 */
export async function sippCallers(
  room: ChaosRoom,
  report: Report,
  { calls, rate, patienceMs = 60_000, atOnce }: { calls: number; rate: number; patienceMs?: number; atOnce?: number },
): Promise<SippResult> {
  const { result } = room.sipp.call({
    scenario: 'caller-waits-for-release',
    calls,
    rate,
    receiveWithinMs: patienceMs,
    // Without it SIPp has no more than three times as many calls as it begins in a second.
    ...(atOnce !== undefined && { args: ['-l', String(atOnce)] }),
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
