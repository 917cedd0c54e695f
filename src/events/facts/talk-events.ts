import Type from 'typebox'
import { emergency, id, monitoring, name, third, thirdOutcome } from './shapes.ts'

/** Facts of a talk: hold, consultation, three-way, supervision, emergency, rating, codes. */
export const talkEvents = {
  /** What the agent noted of a call out, by one of the city's codes; the last note counts. */
  'call.outcome-noted': Type.Object({ callId: id, agentId: name, code: name, note: Type.String(), by: name }),
  /** What a call was about, in a code of the city's file. */
  'call.wrapped-up': Type.Object({ callId: id, agentId: name, code: name, note: Type.String(), by: name }),
  'call.bridged': Type.Object({ callId: id, agentId: name, legId: name }),
  'call.held': Type.Object({ callId: id, agentId: name }),
  'call.retrieved': Type.Object({ callId: id, agentId: name }),
  /** A third party is rung: for the agent alone (consult) or for the caller (transfer). */
  'call.consultation-started': Type.Object({ ...third, purpose: Type.Enum(['consult', 'transfer']) }),
  /** The third party answered and talks with the agent; the caller hears music. */
  'call.consulted': Type.Object(third),
  /** The third party could not be had: the caller is back with the agent. */
  'call.consultation-failed': Type.Object({
    ...third,
    outcome: thirdOutcome,
    cause: name,
    sipStatus: Type.Integer(),
  }),
  /** A branch was wanted that is known to be closed or full: it was not rung, and nothing changed. */
  'call.branch-refused': Type.Object({
    callId: id,
    agentId: name,
    target: name,
    outcome: Type.Enum(['closed', 'busy']),
    reason: name,
  }),
  /** The caller heard of the branch's own number. */
  'call.advised': Type.Object({ callId: id, agentId: name, target: name }),
  /** Caller, agent and third party hear each other. */
  'call.conferenced': Type.Object(third),
  /** Caller and third party go on alone. */
  'call.transferred': Type.Object(third),
  /** The caller is back with the agent. */
  'call.returned': Type.Object({ callId: id, agentId: name, reason: name }),
  /** The phone in the agent's browser is gone without hanging up, and is waited for. */
  'call.phone-lost': Type.Object({ callId: id, agentId: name, legId: name, reason: name }),
  /** It is back, by the leg `legId`. */
  'call.phone-returned': Type.Object({ callId: id, agentId: name, legId: name }),
  /** A supervisor hears the call from here on; `by` is the user who asked for it. */
  'call.monitor-started': Type.Object({ ...monitoring, by: name }),
  'call.monitor-changed': Type.Object({ ...monitoring, from: monitoring.mode, by: name }),
  /** `heard` is false when the phone was rung only. */
  'call.monitor-ended': Type.Object({ ...monitoring, heard: Type.Boolean(), reason: name }),
  /** A supervisor (`agentId`) is the call's agent instead of `from`. */
  'call.taken-over': Type.Object({ callId: id, agentId: name, legId: name, from: name, by: name }),
  /** The emergency key: a service is rung while citizen and agent go on talking. */
  'call.emergency-started': Type.Object({
    ...emergency,
    legId: name,
    mode: Type.Enum(['three-way', 'hand-over']),
    callerNumber: name,
    by: name,
  }),
  /** The service answered. */
  'call.emergency-connected': Type.Object({ ...emergency, legId: name, mode: Type.Enum(['three-way', 'hand-over']) }),
  /** The service could not be had or left: the case is ours. */
  'call.emergency-returned': Type.Object({ ...emergency, reason: name }),
  /** The agent hung up, and the caller is asked to rate the talk by a key. */
  'call.rating-asked': Type.Object({ callId: id, agentId: name, queue: name, language: name }),
  /** 1 is very dissatisfied, 5 very satisfied. */
  'call.rated': Type.Object({
    callId: id,
    agentId: name,
    queue: name,
    language: name,
    rating: Type.Integer({ minimum: 1, maximum: 5 }),
  }),
} as const
