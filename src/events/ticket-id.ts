import { derivedId } from '../kernel/index.ts'

const namespace = '5b0f5a1e-6f0c-4d8a-9a6e-3c1d6a1c4f52'

/**
 * The id of the ticket that belongs to a call, a voice message or a missed call. It follows from theirs, so that an agent's
 * screen-pop carries it before the ticket service has heard of the call, and a fact that comes twice makes one ticket.
 */
export function ticketIdOf(what: 'call' | 'voicemail' | 'callback', id: string): string {
  return derivedId(namespace, `${what}:${id}`)
}
