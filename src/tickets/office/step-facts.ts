import { factOfInput, type TicketFact, type TicketFactType } from '../facts/ticket-facts.ts'
import type { Actor } from '../machine/ticket-context.ts'
import type { TicketInput } from '../machine/ticket-inputs.ts'
import type { TicketSnapshot } from '../machine/ticket-transition.ts'
import { citizenMessage } from './citizen-messages.ts'
import type { Ticket } from './ticket.ts'

/** What is told to the world of a step. */
export function factsOf({
  ticket,
  input,
  after,
}: {
  ticket: Ticket
  input: TicketInput
  after: TicketSnapshot
}): TicketFact[] {
  const stage = 'stage' in input ? input.stage : undefined
  const changed = { ...ticket, ...after, revision: ticket.revision + 1 }
  const rating = input.type === 'RATE' ? input.rating : undefined
  const about = { ticket: changed, from: ticket.state, by: input.by, stage, rating }
  const closes = after.state === 'closed' && ticket.state !== 'closed'
  const message = ticket.callerNumber === '' ? undefined : citizenMessage(ticket, input, after)
  const { ticketId, number, callerNumber: to } = ticket
  return [
    factOf(factOfInput[input.type], about),
    ...(closes ? [factOf('ticket.closed', about)] : []),
    ...(message ? [{ type: 'ticket.citizen-told', data: { ticketId, number, to, text: message } } as const] : []),
  ]
}

export function factOf(
  type: TicketFactType,
  {
    ticket,
    from,
    by,
    stage,
    rating,
  }: { ticket: Ticket; from: string | null; by: Actor; stage?: string | undefined; rating?: number | undefined },
): TicketFact {
  const { ticketId, number, revision, state, context, callId } = ticket
  const about = { ticketId, number, revision, from, state, kind: context.kind, unitId: context.unit?.unitId ?? null }
  const agentId = context.firstReceiver
  const more = { ...(stage === undefined ? {} : { stage }), ...(rating === undefined ? {} : { rating }) }
  return { type, data: { ...about, callId, agentId, byRole: by.role, ...more } }
}
