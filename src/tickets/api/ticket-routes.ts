import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'
import { type AuditStore, toHistoryView } from '../audit/audit-store.ts'
import { inputSenders } from '../machine/input-senders.ts'
import { inputsOf } from '../machine/ticket-transition.ts'
import { channels, emptyMatter } from '../office/ticket.ts'
import type { TicketListStore } from '../office/ticket-list-store.ts'
import type { TicketOffice } from '../office/ticket-office.ts'
import type { TicketStore } from '../office/ticket-store.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { cursorOf, readCursor } from './cursor.ts'
import { actorOf, deskRoles, everyRole, visibleTo } from './people.ts'
import { seenBy } from './seen-by.ts'
import { callerNumber, listedView, matterSchema, ticketView, toListedView, toTicketView } from './ticket-views.ts'

export interface TicketRoutesOptions {
  readonly office: TicketOffice
  readonly store: TicketStore
  readonly lists: TicketListStore
  readonly units: UnitStore
  readonly audit: AuditStore
  readonly now: () => number
}

const ticketId = Type.String({ format: 'uuid' })
const params = Type.Object({ ticketId })
const writtenMatter = Type.Object(
  { ...matterSchema.properties, revision: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false },
)
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
  const { office, store, lists, units, audit, now } = options

  const seen = (request: FastifyRequest, id: string) => seenBy(request, id, options)

  return async (app) => {
    app.get(
      '/tickets',
      {
        config: { roles: everyRole },
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
        config: { roles: [...deskRoles, 'service'] },
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
      { config: { roles: everyRole }, schema: { tags: ['tickets'], params, response: { 200: ticketView } } },
      async (request) => {
        const ticket = await seen(request, request.params.ticketId)
        return toTicketView(request, ticket, await store.matter(ticket.ticketId))
      },
    )

    app.put(
      '/tickets/:ticketId/matter',
      {
        config: { roles: deskRoles },
        schema: {
          tags: ['tickets'],
          summary: 'What the citizen said; refused if the ticket is another by now than at `revision`',
          params,
          body: writtenMatter,
          response: { 200: ticketView },
        },
      },
      async (request) => {
        const { ticketId } = request.params
        const { revision, ...matter } = request.body
        const who = { by: actorOf(request), origin: request.ip }
        const ticket = await office.desk.saveMatter({ ticketId, revision, matter, ...who })
        return toTicketView(request, ticket, matter)
      },
    )

    app.get(
      '/tickets/:ticketId/steps',
      {
        config: { roles: everyRole },
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
        config: { roles: everyRole },
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
      '/tickets/:ticketId/merged',
      {
        config: { roles: everyRole },
        schema: {
          tags: ['tickets'],
          summary: 'Tickets merged under this one that wait for it',
          params,
          response: { 200: Type.Array(ticketId) },
        },
      },
      async (request) => store.mergedUnder((await seen(request, request.params.ticketId)).ticketId),
    )
  }
}
