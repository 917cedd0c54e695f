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
  /** When the next limit of any kind is over. */
  readonly nextDueAt: string | null
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
  readonly responsible: { readonly kind: string; readonly id: string | null }
  readonly callId: string | null
  /** How the matter came: `phone`, `voicemail` and the like. */
  readonly channel: string
  /** The ticket this one is merged under. */
  readonly parentId: string | null
  readonly returnReason: string | null
  readonly answer: string | null
  readonly closedBy: string | null
  readonly resolved: boolean | null
  readonly satisfied: boolean | null
  readonly urged: number
  readonly criticised: number
  readonly clocks: readonly { readonly stage: string; readonly from: string; readonly dueAt: string }[]
}

/** Steps the state has: those the asker may send, and who may send the others. */
export interface Steps {
  readonly state: string
  readonly yours: readonly string[]
  readonly others: readonly { readonly step: string; readonly senders: readonly string[] }[]
}

export interface HistoryEntry {
  readonly at: string
  readonly actor: string
  readonly role: string
  readonly action: string
  readonly detail: { readonly input?: Readonly<Record<string, unknown>> }
}

export interface TicketNotice {
  readonly number: string
  readonly kind: string
  readonly stage: string
  readonly issuedAt: string
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
  /** When work is done, from now on. */
  readonly openTimes: readonly { readonly from: string; readonly to: string }[]
}

export const noForm: TicketForm = { kinds: [], classifications: [], units: [], openTimes: [] }
