import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'
import { nextLimit } from '../clocks/plan-clocks.ts'
import type { TicketContext } from '../machine/ticket-context.ts'
import { channels, type Matter, type Ticket } from '../office/ticket.ts'
import type { ListedTicket } from '../office/ticket-list-store.ts'
import { type Asker, numberFor } from './people.ts'

const text = Type.String()
const instant = nullable(Type.String({ format: 'date-time' }))

/** As the telephone network writes it, with or without a plus. */
export const callerNumber = Type.String({ pattern: '^\\+?[0-9]{3,20}$' })

export const matterSchema = Type.Object(
  {
    title: Type.String({ maxLength: 200 }),
    content: Type.String({ maxLength: 8000 }),
    classification: nullable(Type.String({ pattern: '^[a-z0-9-]{1,50}$' })),
    address: Type.String({ maxLength: 300 }),
    contactName: Type.String({ maxLength: 100 }),
    confidential: Type.Boolean(),
  },
  { additionalProperties: false },
)

export const listedView = Type.Object({
  ticketId: text,
  number: text,
  state: text,
  revision: Type.Integer(),
  kind: nullable(text),
  urgency: text,
  title: text,
  channel: Type.Enum([...channels]),
  unitId: nullable(text),
  agentId: nullable(text),
  callId: nullable(text),
  callerNumber: text,
  createdAt: text,
  /** When the unit has to be done. */
  dueAt: instant,
  /** When the next limit of any kind is over, e.g. that of the acceptance. */
  nextDueAt: instant,
})

export const ticketView = Type.Object({
  ...listedView.properties,
  /** Only for those who may tell it to the citizen. */
  queryCode: nullable(text),
  /** Who answers for it now: the first receiver until a unit has signed [39]. */
  responsible: Type.Object({ kind: Type.Enum(['agent', 'unit', 'centre']), id: nullable(text) }),
  matter: matterSchema,
  returns: Type.Integer(),
  returnReason: nullable(text),
  returnDueAt: instant,
  extension: nullable(Type.Object({ until: text, grounds: text, decision: text })),
  urged: Type.Integer(),
  criticised: Type.Integer(),
  parentId: nullable(text),
  answer: nullable(text),
  /** The caller's word on the talk, by a key: 1 to 5. */
  callRating: nullable(Type.Object({ rating: Type.Integer(), at: text, agentId: text })),
  /** Three facts: how it was closed, whether it is solved, whether the citizen is satisfied. */
  closedBy: nullable(text),
  resolved: nullable(Type.Boolean()),
  satisfied: nullable(Type.Boolean()),
  clocks: Type.Array(Type.Object({ stage: text, from: text, dueAt: text })),
  visits: Type.Array(Type.Object({ at: text, by: text, channel: text, reached: Type.Boolean(), comment: text })),
})

const iso = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : new Date(ms).toISOString())

export function toListedView({ principal }: Asker, ticket: ListedTicket, confidential = false) {
  const { context } = ticket
  return {
    ticketId: ticket.ticketId,
    number: ticket.number,
    state: ticket.state,
    revision: ticket.revision,
    kind: context.kind,
    urgency: context.urgency,
    title: ticket.title,
    channel: ticket.channel,
    unitId: context.unit?.unitId ?? null,
    agentId: context.firstReceiver,
    callId: ticket.callId,
    callerNumber: numberFor(principal.role, ticket, confidential),
    createdAt: new Date(ticket.createdAt).toISOString(),
    dueAt: iso(context.clocks.handle?.dueAt),
    nextDueAt: iso(nextLimit(context)),
  }
}

export function toTicketView(request: Asker, ticket: Ticket, matter: Matter) {
  const { context, state } = ticket
  const { extension, visits, clocks } = context
  const { role } = request.principal
  const hidden = matter.confidential && (role === 'unit' || role === 'service')
  return {
    ...toListedView(request, { ...ticket, title: matter.title }, matter.confidential),
    queryCode: role === 'unit' || role === 'service' ? null : ticket.queryCode,
    responsible: responsibleOf(state, context),
    matter: hidden ? { ...matter, contactName: '' } : matter,
    returns: context.returns,
    returnReason: context.returnReason,
    returnDueAt: iso(context.returnDueAt),
    extension: extension && { ...extension, until: new Date(extension.until).toISOString() },
    urged: context.urged,
    criticised: context.criticised,
    parentId: context.parentId,
    answer: context.answer,
    callRating: context.callRating && { ...context.callRating, at: new Date(context.callRating.at).toISOString() },
    closedBy: context.closedBy,
    resolved: context.resolved,
    satisfied: context.satisfied,
    clocks: Object.entries(clocks).map(([stage, { from, dueAt }]) => ({
      stage,
      from: new Date(from).toISOString(),
      dueAt: new Date(dueAt).toISOString(),
    })),
    visits: visits.map(({ at, by, channel, reached, comment }) => ({
      at: new Date(at).toISOString(),
      by,
      channel,
      reached,
      comment,
    })),
  }
}

const withUnit = ['signed', 'handling', 'replied', 'review', 'returnVisit']

function responsibleOf(state: string, { unit, firstReceiver, closedBy }: TicketContext) {
  if (unit && (closedBy === 'branch' || withUnit.includes(state))) return { kind: 'unit' as const, id: unit.unitId }
  return firstReceiver === null ? { kind: 'centre' as const, id: null } : { kind: 'agent' as const, id: firstReceiver }
}
