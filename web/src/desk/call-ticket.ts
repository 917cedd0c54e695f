import { ApiError, ticketApi } from '../api/request.ts'
import { pause } from '../clock/pause.ts'
import type { Ticket } from '../tickets/ticket-views.ts'

/** Milliseconds between looks: growing, and given up after three quarters of a minute. */
const pauses = { first: 300, growth: 1.5, most: 5000 } as const
const looks = 14

/**
 * The ticket of a call: one of its own, which the ticket service makes of the answer and may still be at, or the one it was placed for.
 * Undefined: there is none after all. `wanted` says whether somebody still waits.
 */
export async function findCallTicket(callId: string, wanted: () => boolean): Promise<Ticket | undefined> {
  let ms: number = pauses.first
  for (let look = 1; look <= looks && wanted(); look += 1) {
    const found = await callTicket(callId)
    if (found) return found
    await pause(ms)
    ms = Math.min(pauses.most, ms * pauses.growth)
  }
  return undefined
}

/** Undefined: not there, or nobody answers. */
export async function callTicket(callId: string): Promise<Ticket | undefined> {
  try {
    return (await ticketApi.get<{ ticket: Ticket }>(`/calls/${callId}/ticket`)).ticket
  } catch (error) {
    if (error instanceof ApiError && (error.status === 0 || error.status === 404 || error.status >= 500))
      return undefined
    throw error
  }
}
