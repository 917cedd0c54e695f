import { NewestMap } from '../../kernel/index.ts'
import type { Ticket } from './ticket.ts'

const most = 500

/**
 * Tickets as this process changed them last. One that was just registered is accepted and dispatched in the next minute, and needs not be
 * read again for it: a step is saved only on the revision it was decided on, so what somebody else changed meanwhile is noticed.
 */
export class RecentTickets {
  readonly #tickets = new NewestMap<string, Ticket>({ most })

  get(ticketId: string): Ticket | undefined {
    return this.#tickets.get(ticketId)
  }

  put(ticket: Ticket): void {
    this.#tickets.set(ticket.ticketId, ticket)
  }

  forget(ticketId: string): void {
    this.#tickets.delete(ticketId)
  }
}
