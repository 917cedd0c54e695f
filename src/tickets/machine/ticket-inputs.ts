import Type, { type Static } from 'typebox'
import { nullable } from '../../kernel/index.ts'
import type { CityRules } from '../rules/city-rules.ts'
import { ticketKinds, urgencies } from '../rules/rules-schema.ts'
import { type Actor, clockStages, type HandlingUnit } from './ticket-context.ts'

const closed = { additionalProperties: false }
const text = Type.String({ minLength: 1, maxLength: 4000 })
const unitId = Type.String({ pattern: '^[a-z0-9-]{1,50}$' })
const orUnknown = nullable(Type.Boolean())

/** The five grounds on which a matter is not accepted [93,94]. */
export const nonAcceptanceGrounds = [
  'other-jurisdiction',
  'emergency-line',
  'in-court-or-review',
  'secret-or-private',
  'too-vague',
] as const

/** What each input carries, as people and programs send it. */
export const inputSchemas = {
  REGISTER: Type.Object(
    {
      kind: Type.Enum([...ticketKinds]),
      urgency: Type.Optional(Type.Enum([...urgencies])),
      investigation: Type.Optional(Type.Boolean()),
    },
    closed,
  ),
  VOID: Type.Object({ reason: text }, closed),
  ANSWER: Type.Object({ kind: Type.Optional(Type.Enum([...ticketKinds])), answer: text }, closed),
  /** A branch hotline answered the call without an agent of ours; `unitId` is the unit behind it, where the city's file knows one. */
  BRANCH_ANSWER: Type.Object({ target: text, unitId: Type.Optional(unitId) }, closed),
  ACCEPT: Type.Object({}, closed),
  NOT_ACCEPT: Type.Object({ ground: Type.Enum([...nonAcceptanceGrounds]), explanation: text }, closed),
  WITHDRAW: Type.Object({ reason: text }, closed),
  MERGE: Type.Object({ parentId: Type.String({ format: 'uuid' }) }, closed),
  UNMERGE: Type.Object({ reason: text }, closed),
  CLOSE_WITH_PARENT: Type.Object({}, closed),
  DISPATCH: Type.Object({ unitId, note: Type.Optional(text) }, closed),
  HAND_DOWN: Type.Object({ unitId, note: Type.Optional(text) }, closed),
  RECALL: Type.Object({ reason: text }, closed),
  SIGN: Type.Object({}, closed),
  RETURN: Type.Object({ reason: text }, closed),
  UPHOLD_RETURN: Type.Object({ note: text }, closed),
  REFUSE_RETURN: Type.Object({ note: text }, closed),
  START: Type.Object({}, closed),
  REQUEST_EXTENSION: Type.Object({ until: Type.String({ format: 'date-time' }), grounds: text }, closed),
  APPROVE_EXTENSION: Type.Object({}, closed),
  REFUSE_EXTENSION: Type.Object({ note: text }, closed),
  REPLY: Type.Object({ reply: text }, closed),
  REVIEW: Type.Object({}, closed),
  PASS: Type.Object({ note: Type.Optional(text) }, closed),
  SEND_BACK: Type.Object({ reason: text }, closed),
  VISIT: Type.Object(
    {
      channel: Type.Enum(['phone', 'web', 'sms', 'key']),
      reached: Type.Boolean(),
      resolved: Type.Optional(orUnknown),
      satisfied: Type.Optional(orUnknown),
      comment: Type.Optional(Type.String({ maxLength: 4000 })),
    },
    closed,
  ),
  ARCHIVE: Type.Object({}, closed),
  REOPEN: Type.Object({ reason: text }, closed),
  REMIND: Type.Object({ stage: Type.Enum([...clockStages]) }, closed),
  URGE: Type.Object({ stage: Type.Enum([...clockStages]), note: Type.Optional(text) }, closed),
  CRITICISE: Type.Object({ stage: Type.Enum([...clockStages]), note: Type.Optional(text) }, closed),
  SUPERVISE: Type.Object({ note: text }, closed),
  ESCALATE: Type.Object({ leader: text, note: text }, closed),
  INSTRUCT: Type.Object({ leader: text, instruction: text }, closed),
  CALL_OUT: Type.Object({ number: text, note: text }, closed),
  RATE: Type.Object(
    { rating: Type.Integer({ minimum: 1, maximum: 5 }), agentId: Type.String({ minLength: 1, maxLength: 64 }) },
    closed,
  ),
} as const

export type InputType = keyof typeof inputSchemas
export type InputData<T extends InputType> = Static<(typeof inputSchemas)[T]>

/** What the machine decides by besides the ticket itself. */
export type MachineRules = Pick<
  CityRules,
  'bounceLimit' | 'returnRestartsClock' | 'extensionLimit' | 'visitAttempts' | 'visitsAnswered' | 'reworks'
>

interface Circumstances {
  readonly at: number
  readonly by: Actor
  readonly rules: MachineRules
  /** The unit an input names, as the organisation knows it now. */
  readonly unit: (HandlingUnit & { readonly expelled: boolean; readonly below: boolean }) | null
}

export type TicketInput = { [T in InputType]: { readonly type: T } & InputData<T> & Circumstances }[InputType]
export type InputOf<T extends InputType> = Extract<TicketInput, { type: T }>
