import type { Logger } from '../../kernel/index.ts'
import type { TicketOffice } from '../office/ticket-office.ts'
import type { TicketStore } from '../office/ticket-store.ts'

const firstId = '00000000-0000-0000-0000-000000000000'
const atOnce = 500

/** Counts every running clock anew. A run that is broken off is begun again, and does nothing where it was. */
export async function replanAll({
  store,
  office,
  logger,
  why,
}: {
  store: TicketStore
  office: TicketOffice
  logger: Logger
  why: string
}): Promise<number> {
  let changed = 0
  for (let after = firstId; ; ) {
    const tickets = await store.running(after, atOnce)
    for (const ticketId of tickets) if (await office.replan(ticketId, why)) changed += 1
    const last = tickets.at(-1)
    if (last === undefined) break
    after = last
  }
  logger.info({ why, changed }, 'limits counted anew')
  return changed
}
