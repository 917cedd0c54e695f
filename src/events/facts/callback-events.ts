import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'
import { id, name, need } from './shapes.ts'

/** Facts of callbacks. */
export const callbackEvents = {
  /** A citizen is to be called back. */
  'callback.opened': Type.Object({
    callbackId: id,
    kind: Type.Enum(['requested', 'missed', 'opened']),
    callerNumber: name,
    line: name,
    ...need,
    queue: nullable(name),
    queuedAt: nullable(Type.Integer()),
    openedBy: nullable(name),
    expiresAt: Type.Integer(),
    callId: nullable(id),
    missedCalls: Type.Integer({ minimum: 0 }),
  }),
  /** The citizen called again, in vain: it stays one callback. */
  'callback.merged': Type.Object({ callbackId: id, callId: nullable(id), missedCalls: Type.Integer({ minimum: 0 }) }),
  /** An agent is being rung to call the citizen. */
  'callback.attempted': Type.Object({
    callbackId: id,
    callId: id,
    agentId: name,
    attempt: Type.Integer({ minimum: 1 }),
  }),
  'callback.reached': Type.Object({ callbackId: id, callId: id, agentId: name }),
  'callback.failed': Type.Object({
    callbackId: id,
    callId: id,
    agentId: name,
    outcome: Type.Enum(['busy', 'noAnswer', 'rejected', 'unreachable', 'agentMissed', 'givenUp']),
    attempts: Type.Integer({ minimum: 0 }),
    notBefore: nullable(Type.Integer()),
  }),
  'callback.expired': Type.Object({ callbackId: id }),
  'callback.closed': Type.Object({
    callbackId: id,
    outcome: Type.Enum(['reached', 'answered', 'cancelled', 'failed', 'expired', 'merged']),
    by: nullable(name),
    reason: name,
  }),
} as const
