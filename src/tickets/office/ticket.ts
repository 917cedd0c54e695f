import type { TicketContext } from '../machine/ticket-context.ts'
import type { TicketState } from '../machine/ticket-machine.ts'

/** How a matter came to us [117,118]. */
export const channels = ['phone', 'voicemail', 'missed-call', 'web', 'sms', 'mail', 'visit'] as const
export type Channel = (typeof channels)[number]

/** A ticket as it is kept. Instants are milliseconds since 1970-01-01T00:00Z. */
export interface Ticket {
  readonly ticketId: string
  /** What citizens and officials call it by. */
  readonly number: string
  /** With the number, lets the citizen ask how far it is [42]. */
  readonly queryCode: string
  readonly channel: Channel
  readonly state: TicketState
  readonly context: TicketContext
  /** Grows with every change; whoever changes says which one was seen. */
  readonly revision: number
  readonly callId: string | null
  /** Empty: unknown, as with a letter. */
  readonly callerNumber: string
  readonly createdAt: number
}

/** Whether a caller showed a number, and not a word in its place such as `anonymous`. */
export function isNumber(callerNumber: string): boolean {
  return /^\+?[0-9]+$/.test(callerNumber)
}

/** What the citizen said. */
export interface Matter {
  readonly title: string
  readonly content: string
  /** Of the responsibility catalogue, e.g. `housing`. */
  readonly classification: string | null
  readonly address: string
  readonly contactName: string
  /** The citizen does not want the unit to know who asked. */
  readonly confidential: boolean
}

export const emptyMatter: Matter = {
  title: '',
  content: '',
  classification: null,
  address: '',
  contactName: '',
  confidential: false,
}
