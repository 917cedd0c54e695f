import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { beijingDate } from '../../hours/calendar-arithmetic.ts'
import { nullable } from '../../kernel/index.ts'
import { type AuditStore, toHistoryView } from '../audit/audit-store.ts'
import { inputSenders } from '../machine/input-senders.ts'
import { inputsOf } from '../machine/ticket-transition.ts'
import { UnknownTicket } from '../office/errors.ts'
import { channels, emptyMatter, type Ticket } from '../office/ticket.ts'
import type { TicketListStore } from '../office/ticket-list-store.ts'
import type { TicketOffice } from '../office/ticket-office.ts'
import type { TicketStore } from '../office/ticket-store.ts'
import type { CityRules } from '../rules/city-rules.ts'
import type { CallStore } from '../stream/call-store.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { cursorOf, readCursor } from './cursor.ts'
import { actorOf, sees, visibleTo } from './people.ts'
import { listedView, matterSchema, ticketView, toListedView, toTicketView } from './ticket-views.ts'

export interface TicketRoutesOptions {
  readonly office: TicketOffice
  readonly store: TicketStore
  readonly lists: TicketListStore
  readonly calls: CallStore
  readonly units: UnitStore
  readonly rules: Pick<CityRules, 'branches'>
  readonly audit: AuditStore
  readonly now: () => number
}

const desk = ['agent', 'supervisor', 'admin'] as const
const readers = ['agent', 'supervisor', 'admin', 'service', 'unit'] as const
const ticketId = Type.String({ format: 'uuid' })
const params = Type.Object({ ticketId })
const callerNumber = Type.String({ pattern: '^\\+?[0-9]{3,20}$' })
const duplicateView = Type.Object({
  ...listedView.properties,
  because: Type.Enum(['same-number', 'same-address', 'similar-text']),
  similarity: Type.Number(),
})
const proposedUnit = Type.Object({
  unitId: Type.String(),
  name: Type.String(),
  because: Type.Enum(['branch', 'classification']),
})
const entryView = Type.Object({
  at: Type.String(),
  actor: Type.String(),
  role: Type.String(),
  origin: Type.String(),
  action: Type.String(),
  detail: Type.Unknown(),
})

/** Tickets: lists, one by one, what may be done with them, and what was done. An official sees those of the own unit. */
export function ticketRoutes(options: TicketRoutesOptions): FastifyPluginAsyncTypebox {
  const { office, store, lists, calls, units, rules, audit, now } = options

  /** Throws {@link UnknownTicket}, also for what somebody may not see: that it is there is nobody's business. */
  async function seen(request: FastifyRequest, id: string): Promise<Ticket> {
    const ticket = await store.find(id)
    if (!ticket || !sees(await visibleTo(request.principal, units), ticket)) throw new UnknownTicket(`no ticket ${id}`)
    return ticket
  }

  /** A complaint about a branch's field is taken by us and goes to the unit behind that branch [67]. */
  async function proposedUnits({ ticketId: id, callId }: Ticket): Promise<Static<typeof proposedUnit>[]> {
    const branch = callId === null ? null : await calls.branchOf(callId)
    const behind = branch === null ? undefined : rules.branches.get(branch)?.complaintsTo
    const unit = behind === undefined ? undefined : await units.find(behind)
    const { classification } = await store.matter(id)
    const named = classification === null ? [] : await units.responsible(classification, beijingDate(now()))
    return [
      ...(unit ? [{ unitId: unit.unitId, name: unit.name, because: 'branch' as const }] : []),
      ...named.map(({ unitId, name }) => ({ unitId, name, because: 'classification' as const })),
    ]
  }

  return async (app) => {
    app.get(
      '/tickets',
      {
        config: { roles: readers },
        schema: {
          tags: ['tickets'],
          summary: 'Newest first; `next` is the cursor of the following page',
          querystring: Type.Object({
            state: Type.Optional(Type.String({ maxLength: 40 })),
            kind: Type.Optional(Type.String({ maxLength: 40 })),
            unitId: Type.Optional(Type.String({ maxLength: 50 })),
            callerNumber: Type.Optional(callerNumber),
            text: Type.Optional(Type.String({ minLength: 2, maxLength: 100 })),
            overdue: Type.Optional(Type.Boolean()),
            cursor: Type.Optional(Type.String({ maxLength: 200 })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
          }),
          response: {
            200: Type.Object({ tickets: Type.Array(listedView), next: nullable(Type.String()) }),
          },
        },
      },
      async (request) => {
        const { cursor, limit = 50, overdue = false, ...filter } = request.query
        const visible = await visibleTo(request.principal, units)
        const overdueAt = overdue ? now() : undefined
        const found = await lists.list({ visible, filter: { ...filter, overdueAt }, after: readCursor(cursor), limit })
        const last = found.length === limit ? found.at(-1) : undefined
        return { tickets: found.map((ticket) => toListedView(request, ticket)), next: last ? cursorOf(last) : null }
      },
    )

    app.post(
      '/tickets',
      {
        config: { roles: [...desk, 'service'] },
        schema: {
          tags: ['tickets'],
          summary: 'A ticket that did not come from a call, or a second matter of one',
          body: Type.Object(
            {
              channel: Type.Enum([...channels]),
              callId: Type.Optional(Type.String({ format: 'uuid' })),
              callerNumber: Type.Optional(callerNumber),
              matter: Type.Optional(Type.Partial(matterSchema)),
            },
            { additionalProperties: false },
          ),
          response: { 201: ticketView },
        },
      },
      async (request, reply) => {
        const { channel, callId = null, callerNumber: number = '', matter = {} } = request.body
        const by = actorOf(request)
        const agentId = request.principal.agentId ?? (by.role === 'service' ? null : by.id)
        const about = { channel, callId, callerNumber: number, agentId, by, origin: request.ip }
        const ticket = await office.desk.create({ ...about, matter: { ...emptyMatter, ...matter } })
        return reply.code(201).send(toTicketView(request, ticket, await store.matter(ticket.ticketId)))
      },
    )

    app.get(
      '/tickets/:ticketId',
      { config: { roles: readers }, schema: { tags: ['tickets'], params, response: { 200: ticketView } } },
      async (request) => {
        const ticket = await seen(request, request.params.ticketId)
        return toTicketView(request, ticket, await store.matter(ticket.ticketId))
      },
    )

    app.put(
      '/tickets/:ticketId/matter',
      {
        config: { roles: desk },
        schema: {
          tags: ['tickets'],
          summary: 'What the citizen said',
          params,
          body: matterSchema,
          response: { 200: matterSchema },
        },
      },
      async (request) => {
        const by = actorOf(request)
        await office.desk.saveMatter(request.params.ticketId, request.body, { by, origin: request.ip })
        return request.body
      },
    )

    app.get(
      '/tickets/:ticketId/steps',
      {
        config: { roles: readers },
        schema: {
          tags: ['tickets'],
          summary: 'Steps the state has, those the asker may send, and who may send the others',
          params,
          response: {
            200: Type.Object({
              state: Type.String(),
              yours: Type.Array(Type.String()),
              others: Type.Array(Type.Object({ step: Type.String(), senders: Type.Array(Type.String()) })),
            }),
          },
        },
      },
      async (request) => {
        const { state } = await seen(request, request.params.ticketId)
        const yours = inputsOf(state, request.principal.role)
        const others = inputsOf(state).filter((step) => !yours.includes(step))
        return { state, yours, others: others.map((step) => ({ step, senders: [...inputSenders[step]] })) }
      },
    )

    app.get(
      '/tickets/:ticketId/history',
      {
        config: { roles: readers },
        schema: {
          tags: ['tickets'],
          summary: 'Who, when, from where, before and after',
          params,
          response: { 200: Type.Array(entryView) },
        },
      },
      async (request) => {
        const ticket = await seen(request, request.params.ticketId)
        return (await audit.ofSubject(ticket.ticketId)).map(toHistoryView)
      },
    )

    app.get(
      '/tickets/:ticketId/duplicates',
      {
        config: { roles: desk },
        schema: {
          tags: ['tickets'],
          summary: 'Tickets that may be about the same matter',
          params,
          response: { 200: Type.Array(duplicateView) },
        },
      },
      async (request) => {
        const ticket = await seen(request, request.params.ticketId)
        const found = await lists.duplicates(ticket, await store.matter(ticket.ticketId), 20)
        return found.map((each) => ({
          ...toListedView(request, each),
          because: each.because,
          similarity: each.similarity,
        }))
      },
    )

    app.get(
      '/tickets/:ticketId/units',
      {
        config: { roles: desk },
        schema: {
          tags: ['tickets'],
          summary: 'Units proposed for it: by the branch hotline its call was about, and by its classification',
          params,
          response: { 200: Type.Array(proposedUnit) },
        },
      },
      async (request) => proposedUnits(await seen(request, request.params.ticketId)),
    )

    app.get(
      '/tickets/:ticketId/merged',
      {
        config: { roles: readers },
        schema: {
          tags: ['tickets'],
          summary: 'Tickets merged under this one that wait for it',
          params,
          response: { 200: Type.Array(ticketId) },
        },
      },
      async (request) => store.mergedUnder((await seen(request, request.params.ticketId)).ticketId),
    )

    app.get(
      '/calls/:callId/ticket',
      {
        config: { roles: desk },
        schema: {
          tags: ['tickets'],
          summary: 'For the screen-pop: the ticket of a call, and the caller’s earlier ones',
          params: Type.Object({ callId: Type.String({ format: 'uuid' }) }),
          response: { 200: Type.Object({ ticket: ticketView, earlier: Type.Array(listedView) }) },
        },
      },
      async (request) => {
        const ticket = await seen(request, (await calls.ticketOf(request.params.callId)).ticketId)
        const except = { except: ticket.ticketId, limit: 10 }
        const earlier = ticket.callerNumber === '' ? [] : await lists.ofCaller(ticket.callerNumber, except)
        return {
          ticket: toTicketView(request, ticket, await store.matter(ticket.ticketId)),
          earlier: earlier.map((each) => toListedView(request, each)),
        }
      },
    )

    app.get(
      '/callers/:number/tickets',
      {
        config: { roles: desk },
        schema: {
          tags: ['tickets'],
          summary: 'A caller’s earlier tickets, while the telephone still rings',
          params: Type.Object({ number: callerNumber }),
          response: { 200: Type.Array(listedView) },
        },
      },
      async (request) => {
        const found = await lists.ofCaller(request.params.number, { limit: 10 })
        return found.map((each) => toListedView(request, each))
      },
    )
  }
}
