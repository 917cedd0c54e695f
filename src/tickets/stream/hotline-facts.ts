import Type, { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { colleagueOf, ticketIdOf } from '../../events/index.ts'
import { CalendarDayStore } from '../../hours/calendar-day-store.ts'
import { nullable } from '../../kernel/index.ts'
import type { Actor } from '../machine/ticket-context.ts'
import type { TicketOffice } from '../office/ticket-office.ts'
import type { CityRules } from '../rules/city-rules.ts'
import type { TicketDatabase } from '../ticket-database.ts'
import { type Noted, type NotedFact, noteAction, notedFacts, notedSchema, noteOf } from './call-notes.ts'
import { CallStore } from './call-store.ts'
import type { ApplyEvent, StreamEvent } from './stream-store.ts'

const id = Type.String({ format: 'uuid' })
const text = Type.String({ minLength: 1 })

/** What we need of the hotline's facts; a field more is no fault of it. */
const wanted = {
  'call.offered': Type.Object({ callId: id, callerNumber: text, line: text }),
  'call.placed': Type.Object({
    callId: id,
    callerNumber: text,
    line: text,
    purpose: text,
    reference: Type.Optional(nullable(text)),
  }),
  'call.queued': Type.Object({ callId: id, queuedAt: Type.Integer() }),
  'call.answered': Type.Object({ callId: id, agentId: text, waitedMs: Type.Integer({ minimum: 0 }) }),
  'call.reached': Type.Object({ callId: id, agentId: text }),
  'call.branch-answered': Type.Object({ callId: id, target: text }),
  'call.rated': Type.Object({ callId: id, agentId: text, rating: Type.Integer({ minimum: 1, maximum: 5 }) }),
  'voicemail.left': Type.Object({ callId: id, callerNumber: text, voicemailId: text }),
  'callback.opened': Type.Object({
    callbackId: text,
    callerNumber: text,
    callId: Type.Optional(nullable(id)),
  }),
  'calendar.day-changed': Type.Object({
    date: Type.String({ format: 'date' }),
    kind: Type.Enum(['holiday', 'workday', 'ordinary']),
    name: Type.String(),
    by: text,
  }),
} as const

type Wanted = typeof wanted
type Handle<Data> = (db: TicketDatabase, data: Data, event: StreamEvent) => Promise<void>
type Handlers = { [T in keyof Wanted]: Handle<Static<Wanted[T]>> }

const hotline: Actor = { id: 'hotline', role: 'service', unitId: null }
const origin = 'hotline'
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export interface HotlineFactsOptions {
  readonly office: TicketOffice
  readonly rules: Pick<CityRules, 'branches'>
  readonly onDayChanged: (db: TicketDatabase) => Promise<void>
}

/** What each fact of the hotline means for tickets. A type that is not here means nothing. */
export class HotlineFacts {
  readonly #options: HotlineFactsOptions
  readonly #handlers: Handlers = {
    'call.offered': (db, { callId, callerNumber, line }, { time }) =>
      new CallStore({ db }).remember({ callId, callerNumber, line, offeredAt: time }),
    'call.placed': (db, data, event) => this.#placed(db, data, event),
    'call.queued': (db, { callId, queuedAt }) => new CallStore({ db }).queued(callId, new Date(queuedAt)),
    'call.answered': async (db, { callId, agentId, waitedMs }) => {
      await new CallStore({ db }).answered(callId, waitedMs)
      await this.#draftOfCall(db, { callId, agentId })
    },
    'call.reached': (db, data) => this.#draftOfCall(db, data),
    'call.branch-answered': (db, data) => this.#answeredByBranch(db, data),
    'call.rated': (db, data) => this.#rate(db, data),
    'voicemail.left': (db, { callId, callerNumber, voicemailId }) =>
      this.#register(db, { ticketId: ticketIdOf('voicemail', voicemailId), callId, callerNumber, kind: 'voicemail' }),
    'callback.opened': (db, { callbackId, callerNumber, callId = null }) =>
      this.#register(db, { ticketId: ticketIdOf('callback', callbackId), callId, callerNumber, kind: 'callback' }),
    'calendar.day-changed': (db, data) => this.#changeDay(db, data),
  }

  constructor(options: HotlineFactsOptions) {
    this.#options = options
  }

  /** Throws when a fact lacks what we need of it. */
  readonly apply: ApplyEvent = async (db, event) => {
    if (Object.hasOwn(wanted, event.type)) {
      const type = event.type as keyof Wanted
      const handle = this.#handlers[type] as Handle<unknown>
      await handle(db, checked(event, wanted[type]), event)
    }
    const noted = notedFacts.find((type) => type === event.type)
    if (noted) await this.#note(db, noted, checked(event, notedSchema) as Noted)
  }

  /** A call of ours to a citizen is about a callback, or about the ticket whose id or number the agent gave as reference. */
  async #placed(
    db: TicketDatabase,
    { callId, callerNumber, line, purpose, reference = null }: Static<Wanted['call.placed']>,
    { time }: StreamEvent,
  ): Promise<void> {
    const ticketId = await this.#ticketOfReference(db, purpose, reference)
    await new CallStore({ db }).remember({ callId, callerNumber, line, offeredAt: time, ticketId })
  }

  async #ticketOfReference(db: TicketDatabase, purpose: string, reference: string | null): Promise<string | null> {
    if (reference === null) return null
    const office = this.#options.office.within(db)
    const named = purpose === 'callback' ? ticketIdOf('callback', reference) : reference
    const found = await (uuid.test(named) ? office.find(named) : office.findByNumber(named))
    // Without one the call gets a ticket of its own when the citizen answers.
    return found?.ticketId ?? null
  }

  /** Whoever answers gets a draft bound to the call; answered again by somebody else, the draft goes along. */
  async #draftOfCall(db: TicketDatabase, { callId, agentId }: { callId: string; agentId: string }): Promise<void> {
    const calls = new CallStore({ db })
    const office = this.#options.office.within(db)
    const { ticketId, own } = await calls.ticketOf(callId)
    const callerNumber = (await calls.callerOf(callId)) ?? ''
    const request = { ticketId, channel: 'phone', callId, callerNumber, agentId } as const
    const opened = own ? await office.desk.open({ ...request, by: hotline, origin }) : undefined
    if (opened === undefined) await office.takeOver({ ticketId, agentId, by: hotline, origin })
  }

  /** No agent of ours was there: the ticket is the branch's from the first. One that an agent began stays that agent's. */
  async #answeredByBranch(db: TicketDatabase, { callId, target }: { callId: string; target: string }): Promise<void> {
    const calls = new CallStore({ db })
    const office = this.#options.office.within(db)
    const { ticketId, own } = await calls.ticketOf(callId)
    if (!own) return
    const callerNumber = (await calls.callerOf(callId)) ?? ''
    const request = { ticketId, channel: 'phone', callId, callerNumber, agentId: null } as const
    if ((await office.desk.open({ ...request, by: hotline, origin })) === undefined) return
    const unitId = this.#options.rules.branches.get(target)?.complaintsTo
    const data = unitId === undefined ? { target } : { target, unitId }
    await office.send({ ticketId, type: 'BRANCH_ANSWER', data, by: hotline, origin })
  }

  /** A message or a missed call is registered by itself: nobody is on the line who could. */
  async #register(
    db: TicketDatabase,
    {
      kind,
      ...about
    }: { ticketId: string; callId: string | null; callerNumber: string; kind: 'voicemail' | 'callback' },
  ): Promise<void> {
    const office = this.#options.office.within(db)
    const channel = kind === 'voicemail' ? 'voicemail' : 'missed-call'
    const opened = await office.desk.open({ ...about, channel, agentId: null, by: hotline, origin })
    if (opened === undefined) return
    await office.send({ ticketId: about.ticketId, type: 'REGISTER', data: { kind }, by: hotline, origin })
  }

  /** A caller's key comes when the talk is over, and finds the ticket wherever it is by then. */
  async #rate(db: TicketDatabase, { callId, agentId, rating }: Static<Wanted['call.rated']>): Promise<void> {
    const office = this.#options.office.within(db)
    const { ticketId } = await new CallStore({ db }).ticketOf(callId)
    const data = { rating, agentId }
    await office.sendWherePossible({ ticketId, type: 'RATE', data, by: hotline, origin })
  }

  /** The ticket's history keeps what happened on the telephone; advice given by voice goes out in writing too [66]. */
  async #note(db: TicketDatabase, type: NotedFact, noted: Noted): Promise<void> {
    const calls = new CallStore({ db })
    const office = this.#options.office.within(db)
    const { ticketId } = await calls.ticketOf(noted.callId)
    const branch = noted.target === undefined ? undefined : this.#options.rules.branches.get(noted.target)
    if (branch && noted.target !== undefined) await calls.namedBranch(noted.callId, noted.target)
    const about = { ticketId, by: hotline, origin }
    const known = await office.desk.note({ ...about, action: noteAction(type), input: noteOf(noted, branch?.name) })
    if (!known) return
    if (type === 'call.advised') {
      const { target = '' } = noted
      await office.desk.tellCitizen({ ...about, text: branch?.busyAdvice ?? adviceOf(target, branch?.name) })
    }
    const agentId = agentWithCall(type, noted)
    if (agentId !== undefined) await office.takeOver({ ...about, agentId })
  }

  async #changeDay(db: TicketDatabase, { by, ...day }: Static<Wanted['calendar.day-changed']>): Promise<void> {
    await new CalendarDayStore({ db }).edit(day, by)
    await this.#options.onDayChanged(db)
  }
}

/** Who has the caller after a fact that says so: also the agent a call was handed to, and whoever got it back where that failed. */
function agentWithCall(type: NotedFact, { agentId, target, ...noted }: Noted): string | undefined {
  if (type === 'call.taken-over' || type === 'call.returned') return agentId
  return type === 'call.transferred' && target !== undefined ? colleagueOf({ target, ...noted }) : undefined
}

/** What is said of a branch for which the city has no words of its own. */
function adviceOf(number: string, name = ''): string {
  return `${name}热线${number}暂时无法接通，您可稍后直接拨打${number}，或由我们登记后回电。`
}

function checked(event: StreamEvent, schema: TSchema): unknown {
  if (Value.Check(schema, event.data)) return event.data
  const [fault] = Value.Errors(schema, event.data)
  throw new Error(`${event.type}: ${fault?.instancePath} ${fault?.message}`)
}
