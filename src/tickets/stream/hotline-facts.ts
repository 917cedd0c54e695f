import Type, { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { ticketIdOf } from '../../events/index.ts'
import { type DayChange, saveDay } from '../clocks/calendar-store.ts'
import type { Actor } from '../machine/ticket-context.ts'
import type { TicketOffice } from '../office/ticket-office.ts'
import type { TicketDatabase } from '../ticket-database.ts'
import { callOf, rememberCall } from './call-store.ts'
import type { ApplyEvent, StreamEvent } from './stream-store.ts'

const id = Type.String({ format: 'uuid' })
const text = Type.String({ minLength: 1 })

/** What we need of the hotline's facts; a field more is no fault of it. */
const wanted = {
  'call.offered': Type.Object({ callId: id, callerNumber: text, line: text }),
  'call.answered': Type.Object({ callId: id, agentId: text }),
  'voicemail.left': Type.Object({ callId: id, callerNumber: text, voicemailId: text }),
  'callback.opened': Type.Object({
    callbackId: text,
    callerNumber: text,
    callId: Type.Optional(Type.Union([id, Type.Null()])),
  }),
  'calendar.day-changed': Type.Object({
    date: Type.String({ format: 'date' }),
    kind: Type.Enum(['holiday', 'workday', 'ordinary']),
    name: Type.String(),
    by: text,
  }),
} as const

type Wanted = typeof wanted
type Handlers = {
  [T in keyof Wanted]: (db: TicketDatabase, data: Static<Wanted[T]>, event: StreamEvent) => Promise<void>
}

const hotline: Actor = { id: 'hotline', role: 'service', unitId: null }
const origin = 'hotline'

/** What each fact of the hotline means for tickets. A type that is not here means nothing. */
export class HotlineFacts {
  readonly #office: TicketOffice
  readonly #onDayChanged: (db: TicketDatabase) => Promise<void>
  readonly #handlers: Handlers = {
    'call.offered': (db, { callId, callerNumber, line }, { time }) =>
      rememberCall(db, { callId, callerNumber, line, offeredAt: time }),
    'call.answered': (db, data) => this.#draftOfCall(db, data),
    'voicemail.left': (db, { callId, callerNumber, voicemailId }) =>
      this.#register(db, { ticketId: ticketIdOf('voicemail', voicemailId), callId, callerNumber, kind: 'voicemail' }),
    'callback.opened': (db, { callbackId, callerNumber, callId = null }) =>
      this.#register(db, { ticketId: ticketIdOf('callback', callbackId), callId, callerNumber, kind: 'callback' }),
    'calendar.day-changed': (db, data) => this.#changeDay(db, data),
  }

  constructor({ office, onDayChanged }: { office: TicketOffice; onDayChanged: (db: TicketDatabase) => Promise<void> }) {
    this.#office = office
    this.#onDayChanged = onDayChanged
  }

  /** Throws when a fact lacks what we need of it. */
  readonly apply: ApplyEvent = async (db, event) => {
    if (!Object.hasOwn(wanted, event.type)) return
    const type = event.type as keyof Wanted
    const schema: TSchema = wanted[type]
    if (!Value.Check(schema, event.data)) {
      const [fault] = Value.Errors(schema, event.data)
      throw new Error(`${type}: ${fault?.instancePath} ${fault?.message}`)
    }
    const handle = this.#handlers[type] as (db: TicketDatabase, data: unknown, event: StreamEvent) => Promise<void>
    await handle(db, event.data, event)
  }

  /** Whoever answers gets a draft bound to the call; answered again by somebody else, the draft goes along. */
  async #draftOfCall(db: TicketDatabase, { callId, agentId }: { callId: string; agentId: string }): Promise<void> {
    const call = await callOf(db, callId)
    const office = this.#office.within(db)
    const ticketId = ticketIdOf('call', callId)
    const request = { ticketId, channel: 'phone', callId, callerNumber: call?.callerNumber ?? '', agentId } as const
    const opened = await office.open({ ...request, by: hotline, origin })
    if (opened === undefined) await office.takeOver({ ticketId, agentId, by: hotline, origin })
  }

  /** A message or a missed call is registered by itself: nobody is on the line who could. */
  async #register(
    db: TicketDatabase,
    {
      kind,
      ...about
    }: { ticketId: string; callId: string | null; callerNumber: string; kind: 'voicemail' | 'callback' },
  ): Promise<void> {
    const office = this.#office.within(db)
    const channel = kind === 'voicemail' ? 'voicemail' : 'missed-call'
    const opened = await office.open({ ...about, channel, agentId: null, by: hotline, origin })
    if (opened === undefined) return
    await office.send({ ticketId: about.ticketId, type: 'REGISTER', data: { kind }, by: hotline, origin })
  }

  async #changeDay(db: TicketDatabase, change: DayChange): Promise<void> {
    await saveDay(db, change)
    await this.#onDayChanged(db)
  }
}
