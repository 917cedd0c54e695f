import { beijingDate } from '../../hours/calendar-arithmetic.ts'
import { newId } from '../../kernel/index.ts'
import { changedFields } from '../audit/audit-entry.ts'
import type { PlanningClock } from '../clocks/planning-clock.ts'
import { type Actor, newContext } from '../machine/ticket-context.ts'
import type { CityRules } from '../rules/city-rules.ts'
import { TicketChanged, UnknownTicket } from './errors.ts'
import { factOf } from './step-facts.ts'
import { type Channel, emptyMatter, isNumber, type Matter, type Ticket } from './ticket.ts'
import type { TicketStore } from './ticket-store.ts'

/** Something to remember of a ticket besides its steps. */
export interface TicketNote {
  readonly ticketId: string
  readonly by: Actor
  readonly origin: string
  readonly action: string
  readonly input: unknown
}

export interface NewTicketRequest {
  readonly ticketId?: string
  readonly channel: Channel
  readonly callId: string | null
  readonly callerNumber: string
  readonly agentId: string | null
  readonly matter?: Matter
  readonly by: Actor
  readonly origin: string
}

/** What the citizen said, as somebody wrote it down. */
export interface WrittenMatter {
  readonly ticketId: string
  /** The revision whoever writes has seen. */
  readonly revision: number
  readonly matter: Matter
  readonly by: Actor
  readonly origin: string
}

interface TicketDeskOptions {
  readonly store: TicketStore
  readonly rules: Pick<CityRules, 'prefix'>
  readonly clock: PlanningClock
  /** Facts were committed. */
  readonly onFacts: () => void
}

/** Opens tickets and keeps what is said of them: all that is no step of the machine. */
export class TicketDesk {
  readonly #options: TicketDeskOptions

  constructor(options: TicketDeskOptions) {
    this.#options = options
  }

  /** A new draft, in the transaction this desk was made for. Undefined: it is there already. */
  async open(request: NewTicketRequest): Promise<string | undefined> {
    const { rules, clock, store } = this.#options
    const { ticketId = newId(), channel, callId, callerNumber, agentId, matter = emptyMatter, by, origin } = request
    const at = clock.now()
    const context = newContext({ firstReceiver: agentId, at })
    const date = beijingDate(at).replaceAll('-', '')
    const row = {
      ticketId,
      prefix: rules.prefix,
      channel,
      state: 'draft',
      context,
      callId,
      callerNumber,
      matter,
      at,
      date,
    }
    if (!(await store.insert(row))) return undefined
    const ticket = await store.find(ticketId)
    if (!ticket) throw new Error(`ticket ${ticketId} is not there after it was written`)
    const audit = { subject: ticketId, at, actor: by.id, role: by.role, origin, action: 'DRAFT' }
    await store.note({
      at,
      audit: { ...audit, detail: { after: { channel, callId, agentId } } },
      facts: [factOf('ticket.drafted', { ticket, from: null, by })],
    })
    return ticketId
  }

  /** Opens a ticket that did not come from a call. */
  async create(request: NewTicketRequest): Promise<Ticket> {
    const ticketId = await this.#options.store.transaction((store) =>
      new TicketDesk({ ...this.#options, store }).open(request),
    )
    this.#options.onFacts()
    return this.#get(ticketId ?? '')
  }

  /** Replaces what the citizen said, as whoever writes has read it. Throws {@link UnknownTicket} or {@link TicketChanged}. */
  async saveMatter({ by, origin, ...written }: WrittenMatter): Promise<Ticket> {
    const { ticketId, matter } = written
    return this.#options.store.transaction(async (store) => {
      const ticket = await store.find(ticketId)
      if (!ticket) throw new UnknownTicket(`no ticket ${ticketId}`)
      const before = await store.matter(ticketId)
      const at = this.#options.clock.now()
      if (!(await store.saveMatter({ ...written, at }))) {
        throw new TicketChanged(`ticket ${ticketId} was changed meanwhile: read it again`)
      }
      const detail = changedFields({ ...before }, { ...matter })
      const audit = { subject: ticketId, at, actor: by.id, role: by.role, origin, action: 'EDIT_MATTER', detail }
      await store.note({ at, audit, facts: [] })
      return { ...ticket, revision: written.revision + 1 }
    })
  }

  /** Writes something into a ticket's history that is no step; false: there is no such ticket. */
  async note({ ticketId, by, origin, action, input }: TicketNote): Promise<boolean> {
    if (!(await this.#options.store.find(ticketId))) return false
    const at = this.#options.clock.now()
    const audit = { subject: ticketId, at, actor: by.id, role: by.role, origin, action, detail: { input } }
    await this.#options.store.note({ at, audit, facts: [] })
    return true
  }

  /** Has a short message sent to the citizen, and notes it; nothing for who showed no number. */
  async tellCitizen({ text, ...about }: Omit<TicketNote, 'action' | 'input'> & { text: string }): Promise<void> {
    const { number, ticketId, callerNumber: to } = await this.#get(about.ticketId)
    if (!isNumber(to)) return
    const at = this.#options.clock.now()
    const audit = { subject: ticketId, at, actor: about.by.id, role: about.by.role, origin: about.origin }
    const fact = { type: 'ticket.citizen-told', data: { ticketId, number, to, text: `【12345】${text}` } } as const
    await this.#options.store.note({
      at,
      audit: { ...audit, action: 'TELL_CITIZEN', detail: { input: { text } } },
      facts: [fact],
    })
  }

  async #get(ticketId: string): Promise<Ticket> {
    const ticket = await this.#options.store.find(ticketId)
    if (!ticket) throw new UnknownTicket(`no ticket ${ticketId}`)
    return ticket
  }
}
