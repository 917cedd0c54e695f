import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'
import {
  alarmKind,
  duration,
  id,
  legFacts,
  name,
  need,
  nuisanceGrade,
  thirdOutcome,
  voicemailReason,
} from './shapes.ts'

/** Facts of a call on its way to a person: arrival, menu, queue, answer, end. */
export const callEvents = {
  /** A call arrived and waits, parked, at a switch. */
  'call.offered': Type.Object({
    callId: id,
    line: name,
    switch: name,
    legId: name,
    callerNumber: name,
    callerName: Type.String(),
    sipCallId: Type.String(),
    adopted: Type.Boolean(),
  }),
  /** We call a citizen: an agent's phone is rung first. `legId` will be the citizen's. */
  'call.placed': Type.Object({
    callId: id,
    agentId: name,
    /** Why, e.g. `callback`, and what it belongs to. */
    purpose: name,
    reference: nullable(name),
    line: name,
    switch: name,
    legId: name,
    callerNumber: name,
    queue: nullable(name),
  }),
  /** The citizen answered a call of ours. */
  'call.reached': Type.Object({ callId: id, agentId: name, legId: name, agentLegId: name, ringMs: duration }),
  /** The citizen did not answer a call of ours. */
  'call.not-reached': Type.Object({
    callId: id,
    agentId: name,
    outcome: thirdOutcome,
    cause: name,
    sipStatus: Type.Integer(),
  }),
  /** The hotline answered the caller's leg. */
  'call.accepted': Type.Object({ callId: id, front: Type.Enum(['menu', 'direct']) }),
  /** The caller begins to hear of incidents, before the menu. */
  'call.incident-played': Type.Object({ callId: id, incidentIds: Type.Array(id) }),
  'call.language-chosen': Type.Object({ callId: id, language: name }),
  'call.menu-entered': Type.Object({ callId: id, path: Type.Array(name) }),
  'call.queued': Type.Object({
    callId: id,
    ...need,
    menuPath: Type.Array(name),
    /** When the place in the queue was taken: kept when a call is queued again. */
    queuedAt: Type.Integer(),
    reason: Type.Enum(['menu', 'direct', 'overflow', 'restored', 'bridge-failed', 'left-alone']),
  }),
  /** The caller has waited so long that less is asked of an agent. */
  'call.relaxed': Type.Object({ callId: id, queue: name, skills: Type.Array(name) }),
  /** Position and expected wait were spoken. */
  'call.announced': Type.Object({
    callId: id,
    queue: name,
    position: Type.Integer({ minimum: 1 }),
    expectedWaitSeconds: nullable(Type.Integer({ minimum: 0 })),
  }),
  /** An agent answered: the end of waiting. */
  'call.answered': Type.Object({
    callId: id,
    queue: name,
    agentId: name,
    legId: name,
    waitedMs: duration,
  }),
  /** The phone that answered was gone, or could not be joined with the caller, who waits on and is offered again after `heldBackMs`. */
  'call.join-failed': Type.Object({
    callId: id,
    agentId: nullable(name),
    legId: name,
    reason: name,
    heldBackMs: duration,
  }),
  /** No agent was there in time: a branch hotline is rung for the waiting caller. */
  'call.branch-offered': Type.Object({ callId: id, queue: name, target: name, legId: name }),
  /** The branch answered: the end of waiting, without an agent of ours. */
  'call.branch-answered': Type.Object({ callId: id, queue: name, target: name, legId: name, waitedMs: duration }),
  /** The branch could not be had: the caller waits on at the old place. */
  'call.branch-failed': Type.Object({
    callId: id,
    target: name,
    legId: name,
    outcome: thirdOutcome,
    cause: name,
    sipStatus: Type.Integer(),
  }),
  /** The caller gave up before a person answered. */
  'call.abandoned': Type.Object({
    callId: id,
    queue: nullable(name),
    waitedMs: duration,
    where: Type.Enum(['arrival', 'menu', 'queue']),
  }),
  /** The call is over; written exactly once a call. */
  'call.released': Type.Object({
    callId: id,
    by: Type.Enum(['caller', 'agent', 'third', 'system']),
    cause: name,
    reason: name,
    talkedMs: duration,
    legs: Type.Array(legFacts),
  }),
  /** A caller has waited as long as the service level allows, by default 15 s. */
  'queue.threshold-passed': Type.Object({ callId: id, queue: name, waitedSeconds: Type.Integer({ minimum: 0 }) }),
  /** A figure of the queue passed a threshold of the city's file, and was back within it. */
  'queue.alarm-began': Type.Object({ queue: name, kind: alarmKind, threshold: Type.Number(), value: Type.Number() }),
  'queue.alarm-ended': Type.Object({ queue: name, kind: alarmKind, lastedMs: duration }),
  'line.alarm-began': Type.Object({ line: name, kind: alarmKind, threshold: Type.Number(), value: Type.Number() }),
  'line.alarm-ended': Type.Object({ line: name, kind: alarmKind, lastedMs: duration }),
  /** A step of the queue's overflow chain was due: another queue, a branch, an announcement. */
  'queue.overflowed': Type.Object({ callId: id, queue: name, waitedSeconds: Type.Integer(), to: name }),
  /** The line is closed by its calendar: the caller hears so. */
  'call.turned-away': Type.Object({ callId: id, calendarId: name, reason: name }),
  /** The caller is asked for a message: the line is closed, or the longest wait was over. */
  'call.sent-to-voicemail': Type.Object({ callId: id, voicemailId: id, queue: name, reason: voicemailReason }),
  /** A nuisance caller heard the warning before the menu. */
  'call.warned': Type.Object({ callId: id, callerNumber: name, grade: nuisanceGrade }),
  /** A nuisance caller was refused. */
  'call.refused': Type.Object({ callId: id, callerNumber: name, evidence: Type.Array(name), setBy: name }),
} as const
