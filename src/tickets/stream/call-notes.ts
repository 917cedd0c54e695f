import Type, { type Static } from 'typebox'

/** Facts of a call that its ticket keeps a note of: who was asked in, what came of it, what the agent wrote down. */
export const notedFacts = [
  'call.consulted',
  'call.consultation-failed',
  'call.branch-refused',
  'call.branch-answered',
  'call.advised',
  'call.conferenced',
  'call.transferred',
  'call.returned',
  'call.taken-over',
  'call.emergency-started',
  'call.emergency-connected',
  'call.emergency-returned',
  'call.not-reached',
  'call.wrapped-up',
  'call.outcome-noted',
] as const
export type NotedFact = (typeof notedFacts)[number]

const optional = Type.Optional(Type.String())

/** What of such a fact goes into the note. */
export const notedSchema = Type.Object({
  callId: Type.String({ format: 'uuid' }),
  agentId: optional,
  /** The third party: a branch hotline, an agent, or a number. */
  target: optional,
  /** Who of our agents that is. */
  colleague: optional,
  service: optional,
  outcome: optional,
  reason: optional,
  from: optional,
  code: optional,
  note: optional,
})
export type Noted = Static<typeof notedSchema>

/** `call.consultation-failed` becomes CALL_CONSULTATION_FAILED, as the history names actions. */
export function noteAction(type: NotedFact): string {
  return type.replace(/[.-]/g, '_').toUpperCase()
}

/** The note itself: what the fact says, without what every note of the call would repeat. */
export function noteOf(noted: Noted, branchName: string | undefined): Readonly<Record<string, string>> {
  const said = Object.keys(notedSchema.properties).flatMap((name) => {
    const value = noted[name as keyof Noted]
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(said), ...(branchName === undefined ? {} : { branch: branchName }) }
}
