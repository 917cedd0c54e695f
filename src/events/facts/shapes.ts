import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'

export const id = Type.String({ format: 'uuid' })
export const name = Type.String({ minLength: 1 })
/** Milliseconds, 0 or more. */
export const duration = Type.Integer({ minimum: 0 })
/** Milliseconds since 1970-01-01T00:00Z, by our clock when the switch told it. */
export const instant = nullable(Type.Integer({ minimum: 0 }))

/** What the caller needs an agent to have. */
export const need = { queue: name, skills: Type.Array(name), language: name, priority: Type.Integer() }

/** A third party brought in by an agent; `colleague` is who of our agents it is, also at a seat of a branch. */
export const third = { callId: id, agentId: name, legId: name, target: name, colleague: Type.Optional(name) }

/** Why a third party could not be had. */
export const thirdOutcome = Type.Enum(['busy', 'noAnswer', 'rejected', 'unreachable'])

export const nuisanceGrade = Type.Enum(['note', 'warning', 'queue', 'refuse'])

/** One leg's timings and why it ended, for the record of the call. */
export const legFacts = Type.Object({
  legId: name,
  role: Type.Enum(['caller', 'agent', 'third', 'supervisor']),
  createdAt: instant,
  ringingAt: instant,
  answeredAt: instant,
  endedAt: instant,
  cause: nullable(name),
  sipStatus: Type.Integer({ minimum: 0, maximum: 699 }),
})

export const voicemailReason = Type.Enum(['closed', 'overflow'])
/** An emergency service brought to a call. */
export const emergency = { callId: id, agentId: name, service: name }

/** A supervisor (`agentId`) who listens to the call of another agent (`monitored`). */
export const monitoring = {
  callId: id,
  agentId: name,
  monitored: name,
  legId: name,
  mode: Type.Enum(['listen', 'whisper', 'barge']),
}

export const agentState = Type.Enum(['offline', 'notReady', 'ready', 'ringing', 'talking', 'wrapUp', 'monitoring'])
export const agentStatus = Type.Enum(['offline', 'available', 'break'])

/** Which figure of a queue or of a line an alarm is of. */
export const alarmKind = Type.Enum(['waiting', 'longestWait', 'answeredInTime'])
