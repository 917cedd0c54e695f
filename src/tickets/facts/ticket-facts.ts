import Type, { type Static } from 'typebox'
import { nullable } from '../../kernel/index.ts'
import type { InputType } from '../machine/ticket-inputs.ts'

const text = Type.String()

/** What every fact of a ticket says. No caller's number: whoever may know it asks the service. */
const step = Type.Object({
  ticketId: Type.String({ format: 'uuid' }),
  number: text,
  revision: Type.Integer({ minimum: 1 }),
  from: nullable(text),
  state: text,
  kind: nullable(text),
  unitId: nullable(text),
  callId: nullable(Type.String({ format: 'uuid' })),
  agentId: nullable(text),
  byRole: text,
  /** The stage whose limit the fact is about. */
  stage: Type.Optional(text),
  /** The document that tells of it. */
  notice: Type.Optional(text),
  /** What the caller said of the talk by a key. */
  rating: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
})

/** What a gateway for short messages or letters is to send to the citizen. */
const told = Type.Object({
  ticketId: Type.String({ format: 'uuid' }),
  number: text,
  to: text,
  text: Type.String({ minLength: 1 }),
})

/** The fact that follows from each input. */
export const factOfInput = {
  REGISTER: 'ticket.registered',
  VOID: 'ticket.voided',
  ANSWER: 'ticket.answered',
  BRANCH_ANSWER: 'ticket.branch-answered',
  ACCEPT: 'ticket.accepted',
  NOT_ACCEPT: 'ticket.not-accepted',
  WITHDRAW: 'ticket.withdrawn',
  MERGE: 'ticket.merged',
  UNMERGE: 'ticket.unmerged',
  CLOSE_WITH_PARENT: 'ticket.closed-with-parent',
  DISPATCH: 'ticket.dispatched',
  HAND_DOWN: 'ticket.handed-down',
  RECALL: 'ticket.recalled',
  SIGN: 'ticket.signed',
  RETURN: 'ticket.return-asked',
  UPHOLD_RETURN: 'ticket.returned',
  REFUSE_RETURN: 'ticket.return-refused',
  START: 'ticket.handling-started',
  REQUEST_EXTENSION: 'ticket.extension-asked',
  APPROVE_EXTENSION: 'ticket.extended',
  REFUSE_EXTENSION: 'ticket.extension-refused',
  REPLY: 'ticket.replied',
  REVIEW: 'ticket.review-started',
  PASS: 'ticket.review-passed',
  SEND_BACK: 'ticket.sent-back',
  VISIT: 'ticket.visited',
  ARCHIVE: 'ticket.archived',
  REOPEN: 'ticket.reopened',
  REMIND: 'ticket.reminded',
  URGE: 'ticket.urged',
  CRITICISE: 'ticket.criticised',
  SUPERVISE: 'ticket.supervised',
  ESCALATE: 'ticket.escalated',
  INSTRUCT: 'ticket.instructed',
  CALL_OUT: 'ticket.called-out',
  RATE: 'ticket.rated',
} as const satisfies Record<InputType, string>

type InputFactType = (typeof factOfInput)[InputType]
export type TicketFactType = 'ticket.drafted' | 'ticket.closed' | 'ticket.citizen-told' | InputFactType

/** Every fact of the ticket service and the shape of its data; the subject is the ticket. */
export const ticketFactSchemas: Readonly<Record<TicketFactType, typeof step | typeof told>> = {
  'ticket.drafted': step,
  ...(Object.fromEntries(Object.values(factOfInput).map((type) => [type, step])) as Record<InputFactType, typeof step>),
  'ticket.closed': step,
  'ticket.citizen-told': told,
}

/** A fact that is to be told with a change. */
export interface TicketFact {
  readonly type: TicketFactType
  readonly data: Static<typeof step> | Static<typeof told>
}
