import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { FigureStore, TicketFigures } from '../office/figure-store.ts'
import type { CityRules } from '../rules/city-rules.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { visibleTo } from './people.ts'

const count = Type.Integer()
const share = Type.Union([Type.Number(), Type.Null()])
const counts = {
  opened: count,
  answeredAtOnce: count,
  dispatched: count,
  replied: count,
  closed: count,
  resolved: count,
  notResolved: count,
  satisfied: count,
  notSatisfied: count,
  returned: count,
  urged: count,
  criticised: count,
  overdue: count,
}
const day = 24 * 60 * 60 * 1000

/** How a span of tickets went, beside what the city aims at. */
export function figureRoutes({
  figures,
  units,
  rules,
  now,
}: {
  figures: FigureStore
  units: UnitStore
  rules: CityRules
  now: () => number
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/figures',
      {
        config: { roles: ['agent', 'supervisor', 'admin', 'service', 'unit'] },
        schema: {
          tags: ['figures'],
          summary:
            'Tickets opened in a span (the last 30 days), of all or of a unit; shares in per cent, null of nothing',
          querystring: Type.Object({
            from: Type.Optional(Type.String({ format: 'date-time' })),
            to: Type.Optional(Type.String({ format: 'date-time' })),
            unitId: Type.Optional(Type.String({ maxLength: 50 })),
          }),
          response: {
            200: Type.Object({
              counts: Type.Object(counts),
              shares: Type.Object({
                directAnswer: share,
                replied: share,
                closed: share,
                satisfied: share,
                resolved: share,
              }),
              targets: Type.Record(Type.String(), Type.Unknown()),
            }),
          },
        },
      },
      async ({ query, principal }) => {
        const to = query.to ? new Date(query.to) : new Date(now() + 1)
        const from = query.from ? new Date(query.from) : new Date(to.getTime() - 30 * day)
        const visible = await visibleTo(principal, units)
        const asked = query.unitId ? ((await units.find(query.unitId))?.path ?? null) : null
        const path = visible.kind === 'unit' ? visible.path : asked
        const counted = await figures.of({ from, to, path, now: new Date(now()) })
        return { counts: counted, shares: sharesOf(counted), targets: { ...rules.targets } }
      },
    )
  }
}

function sharesOf(figures: TicketFigures) {
  const { opened, answeredAtOnce, dispatched, replied, closed, satisfied, notSatisfied, resolved, notResolved } =
    figures
  return {
    directAnswer: shareOf(answeredAtOnce, opened),
    replied: shareOf(replied, dispatched),
    closed: shareOf(closed, dispatched),
    satisfied: shareOf(satisfied, satisfied + notSatisfied),
    resolved: shareOf(resolved, resolved + notResolved),
  }
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1000) / 10
}
