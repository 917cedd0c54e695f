import type { EventData, EventLog } from '../../src/events/index.ts'
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

interface RecordedCallOut {
  readonly agentId: string
  readonly queue: string | null
  readonly placedAt: number
  readonly line?: string
  /** When the citizen answered; not given: in vain. */
  readonly reachedAt?: number
  /** A colleague has the citizen from then on. */
  readonly handedOver?: { readonly to: string; readonly at: number }
  /** Not given: the talk goes on. */
  readonly releasedAt?: number
}

/** Writes the facts of a call to a citizen, and of the agents who talk. */
export function recordCallOut(
  log: EventLog,
  { agentId, queue, placedAt, line = '12345', reachedAt, handedOver, releasedAt }: RecordedCallOut,
): string {
  const [callId, legId] = [newId(), newId()]
  const about = { purpose: 'callback', reference: null, line, switch: 'test', callerNumber: '13800000000', queue }
  log.append('call.placed', { callId, agentId, legId, ...about }, placedAt)
  recordAgent(log, { agentId, from: 'ringing', to: 'talking' }, placedAt)
  const placed = { callId, agentId, legId }
  if (reachedAt !== undefined)
    log.append('call.reached', { ...placed, agentLegId: newId(), ringMs: reachedAt - placedAt }, reachedAt)
  if (handedOver) {
    recordAgent(log, { agentId: handedOver.to, from: 'ringing', to: 'talking' }, handedOver.at)
    log.append('call.transferred', { ...placed, target: `agent:${handedOver.to}` }, handedOver.at)
    recordAgent(log, { agentId, from: 'talking', to: 'wrapUp' }, handedOver.at)
  }
  if (releasedAt === undefined) return callId
  recordAgent(log, { agentId: handedOver?.to ?? agentId, from: 'talking', to: 'wrapUp' }, releasedAt)
  recordReleased(log, callId, releasedAt)
  return callId
}

/** Writes that a call is over. */
export function recordReleased(log: EventLog, callId: string, at: number): void {
  const end = { by: 'caller', cause: 'NORMAL_CLEARING', reason: 'test', talkedMs: 0 } as const
  log.append('call.released', { callId, ...end, legs: [] }, at)
}

/** Writes that an agent's state changed. */
export function recordAgent(
  log: EventLog,
  change: Pick<EventData<'agent.state-changed'>, 'agentId' | 'from' | 'to'>,
  at: number,
): void {
  const { agentId } = change
  log.append(
    'agent.state-changed',
    { ...change, status: 'available', reason: null, extension: agentId, callId: null },
    at,
  )
}
