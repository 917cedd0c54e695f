import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'
import { agentState, agentStatus, duration, id, name, nuisanceGrade } from './shapes.ts'

/** Facts of agents and their phones. */
export const agentEvents = {
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
  /** A page of the agent's browser asked for the phone, which is this page's alone from now on. */
  'agent.phone-opened': Type.Object({ agentId: name, extension: name, by: name }),
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
