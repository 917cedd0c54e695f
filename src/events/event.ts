import Type, { type Static, type TSchema } from 'typebox'

const id = Type.String({ format: 'uuid' })
const name = Type.String({ minLength: 1 })
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
/** Milliseconds, 0 or more. */
const duration = Type.Integer({ minimum: 0 })
/** Milliseconds since 1970-01-01T00:00Z, by our clock when the switch told it. */
const instant = nullable(Type.Integer({ minimum: 0 }))

/** What the caller needs an agent to have. */
const need = { queue: name, skills: Type.Array(name), language: name, priority: Type.Integer() }

/** A third party brought in by an agent. */
const third = { callId: id, agentId: name, legId: name, target: name }

/** Why a third party could not be had. */
const thirdOutcome = Type.Enum(['busy', 'noAnswer', 'rejected', 'unreachable'])

const nuisanceGrade = Type.Enum(['note', 'warning', 'queue', 'refuse'])

/** One leg's timings and why it ended, for the record of the call. */
const legFacts = Type.Object({
  legId: name,
  role: Type.Enum(['caller', 'agent', 'third', 'supervisor']),
  createdAt: instant,
  ringingAt: instant,
  answeredAt: instant,
  endedAt: instant,
  cause: nullable(name),
  sipStatus: Type.Integer({ minimum: 0, maximum: 699 }),
})

const voicemailReason = Type.Enum(['closed', 'overflow'])
/** An emergency service brought to a call. */
const emergency = { callId: id, agentId: name, service: name }

/** A supervisor (`agentId`) who listens to the call of another agent (`monitored`). */
const monitoring = {
  callId: id,
  agentId: name,
  monitored: name,
  legId: name,
  mode: Type.Enum(['listen', 'whisper', 'barge']),
}

const agentState = Type.Enum(['offline', 'notReady', 'ready', 'ringing', 'talking', 'wrapUp', 'monitoring'])
const agentStatus = Type.Enum(['offline', 'available', 'break'])

/**
 * Every fact of the hotline and the shape of its data. The key is the CloudEvents `type`; the subject is the call
 * for `call.*`, the agent for `agent.*`, the queue for `queue.*`.
 */
export const eventSchemas = {
  /** A notice for desks; `agentIds` is null for all of them. */
  'notice.published': Type.Object({
    noticeId: id,
    text: name,
    level: Type.Enum(['info', 'warning', 'urgent']),
    queue: nullable(name),
    agentIds: nullable(Type.Array(name)),
    until: instant,
    by: name,
  }),
  /** What new callers of a line, or of all (null), hear before the menu. `text` is null where a recording was sent. */
  'incident.announced': Type.Object({
    incidentId: id,
    line: nullable(name),
    texts: Type.Array(Type.Object({ language: name, text: nullable(name) })),
    toWaiting: Type.Boolean(),
    until: instant,
    by: name,
  }),
  /** `by` is null when its time was over. */
  'incident.withdrawn': Type.Object({ incidentId: id, line: nullable(name), by: nullable(name) }),
  'notice.withdrawn': Type.Object({ noticeId: id, agentIds: nullable(Type.Array(name)), by: name }),

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
  /** What the agent noted of a call out, by one of the city's codes; the last note counts. */
  'call.outcome-noted': Type.Object({ callId: id, agentId: name, code: name, note: Type.String(), by: name }),
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
  /** What a call was about, in a code of the city's file. */
  'call.wrapped-up': Type.Object({ callId: id, agentId: name, code: name, note: Type.String(), by: name }),
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
  /** A step of the queue's overflow chain was due: another queue, a branch, an announcement. */
  'queue.overflowed': Type.Object({ callId: id, queue: name, waitedSeconds: Type.Integer(), to: name }),

  /** A calendar was closed by command, until a moment or until revoked. */
  'calendar.closed': Type.Object({
    calendarId: name,
    reason: name,
    until: nullable(Type.Integer({ minimum: 0 })),
    by: name,
  }),
  'calendar.reopened': Type.Object({ calendarId: name, by: nullable(name), closedMs: duration }),
  /** Somebody edited the State Council's days; `ordinary`: neither holiday nor make-up workday any more. */
  'calendar.day-changed': Type.Object({
    calendarId: name,
    date: Type.String({ format: 'date' }),
    kind: Type.Enum(['holiday', 'workday', 'ordinary']),
    name: Type.String(),
    by: name,
  }),
  /** No holidays of a year are known that a calendar needs. */
  'calendar.year-missing': Type.Object({ calendarId: name, year: Type.Integer() }),
  /** The line is closed by its calendar: the caller hears so. */
  'call.turned-away': Type.Object({ callId: id, calendarId: name, reason: name }),

  /** The caller is asked for a message: the line is closed, or the longest wait was over. */
  'call.sent-to-voicemail': Type.Object({ callId: id, voicemailId: id, queue: name, reason: voicemailReason }),
  /** A message is stored and listed. `sha256` is of the WAV file. */
  'voicemail.left': Type.Object({
    voicemailId: id,
    callId: id,
    queue: name,
    line: name,
    callerNumber: name,
    language: name,
    reason: voicemailReason,
    durationMs: duration,
    bytes: Type.Integer({ minimum: 0 }),
    sha256: name,
  }),
  /** An alarm: a message could not be recorded or stored. */
  'voicemail.failed': Type.Object({ voicemailId: id, callId: id, queue: name, callerNumber: name, reason: name }),
  /** Somebody listened, to these bytes of the WAV file. */
  'voicemail.played': Type.Object({
    voicemailId: id,
    by: name,
    firstByte: Type.Integer({ minimum: 0 }),
    lastByte: Type.Integer({ minimum: 0 }),
  }),
  'voicemail.handled': Type.Object({ voicemailId: id, queue: name, by: name }),
  'voicemail.deleted': Type.Object({ voicemailId: id, queue: name, by: name }),
  /** A number is treated in its own way from now on: served first, or graded as a nuisance. */
  'caller.listed': Type.Object({
    number: name,
    priority: Type.Integer(),
    vip: Type.Boolean(),
    grade: nullable(nuisanceGrade),
    evidence: Type.Array(name),
    note: Type.String(),
    until: nullable(Type.Integer()),
    by: name,
  }),
  'caller.unlisted': Type.Object({ number: name, by: name }),
  /** A nuisance caller heard the warning before the menu. */
  'call.warned': Type.Object({ callId: id, callerNumber: name, grade: nuisanceGrade }),
  /** A nuisance caller was refused. */
  'call.refused': Type.Object({ callId: id, callerNumber: name, evidence: Type.Array(name), setBy: name }),
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

  /** Somebody else than the agent, a supervisor, commanded the agent's state; what came of it is the state change. */
  'agent.commanded': Type.Object({
    agentId: name,
    command: Type.Enum(['login', 'ready', 'break', 'logout']),
    reason: nullable(name),
    by: name,
  }),
  /** An agent was created or moved between groups: skills and languages hold from now on. */
  'agent.profile-changed': Type.Object({
    agentId: name,
    skills: Type.Array(name),
    languages: Type.Array(name),
    before: nullable(Type.Object({ skills: Type.Array(name), languages: Type.Array(name) })),
    by: name,
  }),
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
  'recording.started': Type.Object({ callId: id }),
  /** What is said is not recorded, while the recording's time goes on. */
  'recording.paused': Type.Object({ callId: id, by: name }),
  'recording.resumed': Type.Object({ callId: id, by: name }),
  /** The recording is encrypted, on disk and listed. `sha256` is of the WAV file. */
  'recording.stored': Type.Object({
    callId: id,
    line: name,
    queue: nullable(name),
    agentId: nullable(name),
    durationMs: duration,
    bytes: Type.Integer({ minimum: 0 }),
    sha256: name,
    keyId: name,
    keepUntil: Type.Integer({ minimum: 0 }),
  }),
  /** An alarm: a call is not recorded, or not whole. The call itself goes on. */
  'recording.failed': Type.Object({ callId: id, line: name, reason: name }),
  'recording.played': Type.Object({
    callId: id,
    by: name,
    firstByte: Type.Integer({ minimum: 0 }),
    lastByte: Type.Integer({ minimum: 0 }),
  }),
  /** Sound and row are gone; `by` is null when its time was over. */
  'recording.deleted': Type.Object({ callId: id, sha256: name, by: nullable(name) }),

  /** The queues an agent serves, the lowest rank first; none: all that the skills allow. */
  'agent.groups-changed': Type.Object({
    agentId: name,
    groups: Type.Array(Type.Object({ queue: name, rank: Type.Integer({ minimum: 1 }) })),
    before: Type.Array(Type.Object({ queue: name, rank: Type.Integer({ minimum: 1 }) })),
    by: name,
  }),
  'agent.state-changed': Type.Object({
    agentId: name,
    from: agentState,
    to: agentState,
    status: agentStatus,
    reason: nullable(name),
    extension: nullable(name),
    callId: nullable(id),
  }),
  /** A call was given to an agent and the phone is being reached. */
  'agent.offered': Type.Object({ agentId: name, callId: id, queue: nullable(name), legId: name, extension: name }),
  /** The agent's phone rings; `pop` is what the desk shows. */
  'agent.ringing': Type.Object({
    agentId: name,
    callId: id,
    legId: name,
    pop: Type.Object({
      /** The ticket of this call, in the ticket service; it is there a moment after the answer. */
      ticketId: id,
      callerNumber: name,
      callerName: Type.String(),
      line: name,
      language: name,
      queue: nullable(name),
      menuPath: Type.Array(name),
      waitedMs: duration,
      /** Set when the number is on the list of callers. */
      listed: nullable(Type.Object({ vip: Type.Boolean(), grade: nullable(nuisanceGrade), note: Type.String() })),
      /** Set when we call the citizen. */
      outbound: nullable(Type.Object({ purpose: name, reference: nullable(name) })),
      lastCalls: Type.Array(
        Type.Object({
          callId: id,
          offeredAt: Type.String(),
          queue: nullable(name),
          agentId: nullable(name),
          outcome: Type.Enum(['answered', 'abandoned', 'open']),
        }),
      ),
    }),
  }),
  'agent.offer-failed': Type.Object({
    agentId: name,
    callId: id,
    legId: name,
    outcome: Type.Enum(['missed', 'rejected', 'unreachable', 'withdrawn']),
    cause: name,
    sipStatus: Type.Integer(),
    afterMs: duration,
  }),
} as const

export type EventType = keyof typeof eventSchemas
export type EventData<T extends EventType> = Static<(typeof eventSchemas)[T]>

/** A fact as it was recorded: CloudEvents 1.0 without what is the same for all. */
export type HotlineEvent = {
  [T in EventType]: {
    readonly id: string
    readonly type: T
    readonly subject: string
    /** Milliseconds since 1970-01-01T00:00Z. */
    readonly time: number
    readonly data: EventData<T>
  }
}[EventType]

/** A fact with its place in the log. */
export type CommittedEvent = HotlineEvent & { readonly sequence: number }

export type EventOf<T extends EventType> = Extract<HotlineEvent, { type: T }>

const subjectKey = {
  call: 'callId',
  agent: 'agentId',
  queue: 'queue',
  calendar: 'calendarId',
  voicemail: 'voicemailId',
  notice: 'noticeId',
  incident: 'incidentId',
  recording: 'callId',
  callback: 'callbackId',
  caller: 'number',
} as const

/** The subject a fact is about, from its data. */
export function subjectOf(type: EventType, data: Record<string, unknown>): string {
  const kind = type.slice(0, type.indexOf('.')) as keyof typeof subjectKey
  return String(data[subjectKey[kind]])
}
