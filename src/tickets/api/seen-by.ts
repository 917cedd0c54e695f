import { UnknownTicket } from '../office/errors.ts'
import type { Ticket } from '../office/ticket.ts'
import type { TicketStore } from '../office/ticket-store.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { type Asker, sees, visibleTo } from './people.ts'

/** Throws {@link UnknownTicket}, also for what somebody may not see: that it is there is nobody's business. */
export async function seenBy(
  { principal }: Asker,
  ticketId: string,
  { store, units }: { store: TicketStore; units: UnitStore },
): Promise<Ticket> {
  const ticket = await store.find(ticketId)
  if (!ticket || !sees(await visibleTo(principal, units), ticket)) throw new UnknownTicket(`no ticket ${ticketId}`)
  return ticket
}
