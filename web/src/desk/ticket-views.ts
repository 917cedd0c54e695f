/** What the ticket service answers, as far as the pages look at it. */
export interface ListedTicket {
  readonly ticketId: string
  readonly number: string
  readonly state: string
  readonly revision: number
  readonly kind: string | null
  readonly urgency: string
  readonly title: string
  readonly unitId: string | null
  readonly agentId: string | null
  readonly callerNumber: string
  readonly createdAt: string
  readonly dueAt: string | null
}

export interface Matter {
  title: string
  content: string
  classification: string | null
  address: string
  contactName: string
  confidential: boolean
}

export interface Ticket extends ListedTicket {
  readonly queryCode: string | null
  readonly matter: Matter
}

export interface Duplicate extends ListedTicket {
  readonly because: string
}

export interface TicketForm {
  readonly kinds: readonly { readonly kind: string; readonly name: string }[]
  readonly classifications: readonly {
    readonly classification: string
    readonly unitId: string
    readonly unitName: string
  }[]
  readonly units: readonly { readonly unitId: string; readonly name: string; readonly level: number }[]
}
