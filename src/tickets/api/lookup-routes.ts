import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { beijingDate } from '../../hours/calendar-arithmetic.ts'
import { isNumber, type Ticket } from '../office/ticket.ts'
import type { TicketListStore } from '../office/ticket-list-store.ts'
import type { TicketStore } from '../office/ticket-store.ts'
import type { CityRules } from '../rules/city-rules.ts'
import type { CallStore } from '../stream/call-store.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { deskRoles } from './people.ts'
import { seenBy } from './seen-by.ts'
import { callerNumber, listedView, ticketView, toListedView, toTicketView } from './ticket-views.ts'

export interface LookupRoutesOptions {
  readonly store: TicketStore
  readonly lists: TicketListStore
  readonly calls: CallStore
  readonly units: UnitStore
  readonly rules: Pick<CityRules, 'branches'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

const params = Type.Object({ ticketId: Type.String({ format: 'uuid' }) })
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

/** What the desk looks up while it takes a matter: the ticket of a call, a caller's earlier ones, doubles, units to send it to. */
export function lookupRoutes(options: LookupRoutesOptions): FastifyPluginAsyncTypebox {
  const { store, lists, calls, units, rules, now } = options
  const seen = (request: FastifyRequest, id: string) => seenBy(request, id, options)

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
      '/tickets/:ticketId/duplicates',
      {
        config: { roles: deskRoles },
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
        config: { roles: deskRoles },
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
      '/calls/:callId/ticket',
      {
        config: { roles: deskRoles },
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
        const earlier = isNumber(ticket.callerNumber) ? await lists.ofCaller(ticket.callerNumber, except) : []
        return {
          ticket: toTicketView(request, ticket, await store.matter(ticket.ticketId)),
          earlier: earlier.map((each) => toListedView(request, each)),
        }
      },
    )

    app.get(
      '/callers/:number/tickets',
      {
        config: { roles: deskRoles },
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
