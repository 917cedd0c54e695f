import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { nullable } from '../../kernel/index.ts'
import type { FigureStore, TicketFigures } from '../office/figure-store.ts'
import type { CityRules } from '../rules/city-rules.ts'
import type { CallStore } from '../stream/call-store.ts'
import type { UnitStore } from '../units/unit-store.ts'
import { everyRole, visibleTo } from './people.ts'

const count = Type.Integer()
const share = nullable(Type.Number())
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
  rated: count,
  ratedSatisfied: count,
}
const day = 24 * 60 * 60 * 1000
const goal = nullable(Type.Boolean())

/** How a span of tickets went, beside what the city aims at. */
export function figureRoutes({
  figures,
  calls,
  units,
  rules,
  now,
}: {
  figures: FigureStore
  calls: CallStore
  units: UnitStore
  rules: CityRules
  now: () => number
}): FastifyPluginAsyncTypebox {
  /** The third answer rate of docs/metrics.md, within the seconds of the city's target; null: the city has none. */
  async function answerRate(from: Date, to: Date) {
    const target = rules.targets.answeredWithin
    if (!target) return null
    const counted = await calls.answerRate({ from, to, seconds: target.seconds })
    return {
      seconds: target.seconds,
      ...counted,
      answeredInTimeOfOffered: shareOf(counted.answeredInTime, counted.offered),
    }
  }

  return async (app) => {
    app.get(
      '/figures',
      {
        config: { roles: everyRole },
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
                ratedSatisfied: share,
              }),
              answerRate: Type.Union([
                Type.Object({ seconds: count, offered: count, answeredInTime: count, answeredInTimeOfOffered: share }),
                Type.Null(),
              ]),
              targets: Type.Record(Type.String(), Type.Unknown()),
              reached: Type.Record(Type.String(), goal),
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
        const shares = sharesOf(counted)
        const answered = await answerRate(from, to)
        const { targets } = rules
        const reached = targetsReached({ targets, shares, answered: answered?.answeredInTimeOfOffered ?? null })
        return { counts: counted, shares, answerRate: answered, targets: { ...targets }, reached }
      },
    )
  }
}

/** By target, whether it is reached; null: nothing to judge by. The first step of the answer rate is a target of its own. */
function targetsReached({
  targets: { answeredWithin, directAnswer, replied, closed },
  shares,
  answered,
}: {
  targets: CityRules['targets']
  shares: ReturnType<typeof sharesOf>
  answered: number | null
}): Record<string, boolean | null> {
  const aims: Record<string, [number | null, number | undefined]> = {
    answeredWithinFirst: [answered, answeredWithin?.first],
    answeredWithin: [answered, answeredWithin?.target],
    directAnswer: [shares.directAnswer, directAnswer],
    replied: [shares.replied, replied],
    closed: [shares.closed, closed],
  }
  return Object.fromEntries(
    Object.entries(aims).flatMap(([name, [figure, aim]]) =>
      aim === undefined ? [] : [[name, figure === null ? null : figure >= aim]],
    ),
  )
}

function sharesOf(figures: TicketFigures) {
  const {
    opened,
    answeredAtOnce,
    dispatched,
    replied,
    closed,
    satisfied,
    notSatisfied,
    resolved,
    notResolved,
    rated,
    ratedSatisfied,
  } = figures
  return {
    directAnswer: shareOf(answeredAtOnce, opened),
    replied: shareOf(replied, dispatched),
    closed: shareOf(closed, dispatched),
    satisfied: shareOf(satisfied, satisfied + notSatisfied),
    resolved: shareOf(resolved, resolved + notResolved),
    ratedSatisfied: shareOf(ratedSatisfied, rated),
  }
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1000) / 10
}
