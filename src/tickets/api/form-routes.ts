import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { beijingDate, openTimes, type WorkingTime } from '../../hours/calendar-arithmetic.ts'
import type { TicketListStore } from '../office/ticket-list-store.ts'
import type { CityRules } from '../rules/city-rules.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { deskRoles, visibleTo } from './people.ts'
import { listedView, toListedView } from './ticket-views.ts'

const text = Type.String()
const callerNumber = Type.String({ pattern: '^\\+?[0-9]{3,20}$' })

/** As far ahead as limits reach, with an extension; whoever shows a countdown needs no more. */
const workingTimeAhead = 62 * 24 * 60 * 60 * 1000

/** What the form of a ticket offers, and what the desk looks up by a number without writing it into an address. */
export function formRoutes({
  rules,
  units,
  lists,
  workingTime,
  now,
}: {
  rules: CityRules
  units: UnitStore
  lists: TicketListStore
  /** What limits are counted by. */
  workingTime: () => WorkingTime
  now: () => number
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/form',
      {
        config: { roles: [...deskRoles, 'unit'] },
        schema: {
          tags: ['tickets'],
          summary:
            'Kinds, classifications with the unit that is responsible today, units, by their names; when work is done in the next 62 days',
          response: {
            200: Type.Object({
              kinds: Type.Array(Type.Object({ kind: text, name: text })),
              classifications: Type.Array(Type.Object({ classification: text, unitId: text, unitName: text })),
              units: Type.Array(Type.Object({ unitId: text, name: text, level: Type.Integer() })),
              openTimes: Type.Array(Type.Object({ from: text, to: text })),
            }),
          },
        },
      },
      async () => {
        const all = await units.all()
        return {
          kinds: [...rules.kinds].map(([kind, name]) => ({ kind, name })),
          classifications: await units.responsibilitiesOn(beijingDate(now())),
          units: all
            .filter(({ expelledAt }) => expelledAt === null)
            .map(({ unitId, name, level }) => ({ unitId, name, level })),
          openTimes: openTimes(now(), now() + workingTimeAhead, workingTime()).map(({ from, to }) => ({
            from: new Date(from).toISOString(),
            to: new Date(to).toISOString(),
          })),
        }
      },
    )

    app.post(
      '/worklist',
      {
        config: { roles: [...deskRoles, 'unit'] },
        schema: {
          tags: ['tickets'],
          summary:
            'What is to be done, by deadline; with `state` also what is closed, with `all` whatever the state. The question is a body: it may name a person',
          body: Type.Object(
            {
              state: Type.Optional(Type.String({ maxLength: 40, description: 'default: all that are not closed' })),
              all: Type.Boolean({ default: false, description: 'closed ones too, where no state is asked for' }),
              kind: Type.Optional(Type.String({ maxLength: 40 })),
              unitId: Type.Optional(Type.String({ maxLength: 50 })),
              callerNumber: Type.Optional(callerNumber),
              text: Type.Optional(Type.String({ minLength: 2, maxLength: 100 })),
              overdue: Type.Boolean({ default: false }),
              limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
            },
            { additionalProperties: false },
          ),
          response: { 200: Type.Array(listedView) },
        },
      },
      async (request) => {
        const { limit, overdue, all, ...filter } = request.body
        const visible = await visibleTo(request.principal, units)
        const found = await lists.worklist({
          visible,
          filter: { ...filter, overdueAt: overdue ? now() : undefined },
          closedToo: all || filter.state !== undefined,
          limit,
        })
        return found.map((each) => toListedView(request, each))
      },
    )

    app.post(
      '/caller-tickets',
      {
        config: { roles: deskRoles },
        schema: {
          tags: ['tickets'],
          summary: 'A caller’s earlier tickets, the number in the body: addresses stand in logs',
          body: Type.Object({ callerNumber }, { additionalProperties: false }),
          response: { 200: Type.Array(listedView) },
        },
      },
      async (request) => {
        const found = await lists.ofCaller(request.body.callerNumber, { limit: 10 })
        return found.map((each) => toListedView(request, each))
      },
    )
  }
}
