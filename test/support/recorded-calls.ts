import type { EventLog } from '../../src/events/index.ts'
import { newId } from '../../src/kernel/index.ts'

interface RecordedCall {
  readonly callId?: string
  readonly queue: string
  readonly queuedAt: number
  /** The number that was dialled. */
  readonly line?: string
}

function recordQueued(log: EventLog, { callId = newId(), queue, queuedAt, line = '12345' }: RecordedCall): string {
  const caller = { callerNumber: '13800000000', callerName: '', sipCallId: '', adopted: false }
  log.append('call.offered', { callId, line, switch: 'test', legId: newId(), ...caller }, queuedAt)
  log.append(
    'call.queued',
    { callId, queue, skills: [], language: 'cmn', priority: 0, menuPath: [], queuedAt, reason: 'menu' },
    queuedAt,
  )
  return callId
}

/** Writes the facts of a call that an agent answered. */
export function recordAnsweredCall(
  log: EventLog,
  call: RecordedCall & { answeredAt: number; releasedAt: number },
): string {
  const callId = recordQueued(log, call)
  const { queue, queuedAt, answeredAt, releasedAt } = call
  const legId = newId()
  log.append('call.answered', { callId, queue, agentId: '8001', legId, waitedMs: answeredAt - queuedAt }, answeredAt)
  const talkedMs = releasedAt - answeredAt
  log.append(
    'call.released',
    { callId, by: 'agent', cause: 'NORMAL_CLEARING', reason: 'test', talkedMs, legs: [] },
    releasedAt,
  )
  return callId
}

/** Writes the facts of a call whose caller gave up in the queue. */
export function recordAbandonedCall(log: EventLog, call: RecordedCall & { abandonedAt: number }): string {
  const callId = recordQueued(log, call)
  const { queue, queuedAt, abandonedAt } = call
  log.append('call.abandoned', { callId, queue, waitedMs: abandonedAt - queuedAt, where: 'queue' }, abandonedAt)
  log.append(
    'call.released',
    { callId, by: 'caller', cause: 'NORMAL_CLEARING', reason: 'test', talkedMs: 0, legs: [] },
    abandonedAt,
  )
  return callId
}

/** Writes the facts of a call that waits still. */
export function recordWaitingCall(log: EventLog, call: RecordedCall): string {
  return recordQueued(log, call)
}
