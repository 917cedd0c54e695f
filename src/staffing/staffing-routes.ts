import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { HotlineError, inThread, nullable } from '../kernel/index.ts'
import { type StaffingGoal, type StaffingPlan, slotSeconds } from './staffing-plan.ts'
import type { StaffingSpan, StaffingStore } from './staffing-store.ts'

class SpanInvalid extends HotlineError {
  readonly code = 'span-invalid'
  readonly status = 400
}

const numberOrNone = nullable(Type.Number())
const byModel = Type.Object({ erlangC: numberOrNone, erlangA: numberOrNone, simulation: numberOrNone })
const planView = Type.Object({
  from: Type.String({ format: 'date-time' }),
  to: Type.String({ format: 'date-time' }),
  percent: Type.Number(),
  seconds: Type.Number(),
  holding: numberOrNone,
  patience: numberOrNone,
  compared: Type.Integer(),
  error: byModel,
  slots: Type.Array(
    Type.Object({
      minute: Type.Integer({ description: 'since midnight in China' }),
      arrivals: Type.Number(),
      holding: numberOrNone,
      seats: Type.Number(),
      answeredInTime: numberOrNone,
      needed: byModel,
      error: byModel,
    }),
  ),
})
const query = Type.Object({
  from: Type.Optional(Type.String({ format: 'date-time', description: 'default: 7 days before `to`' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'default: now; both are taken to the half hour' })),
  percent: Type.Optional(Type.Number({ minimum: 1, maximum: 99.9, description: "default: the city's" })),
  seconds: Type.Optional(Type.Number({ minimum: 1, maximum: 600, description: "default: the city's" })),
})
const day = 24 * 60 * 60 * 1000
const longestSpan = 31 * day

/** How many seats the hotline needs, by half hour of the day. */
export function staffingRoutes({
  store,
  goal,
}: {
  store: StaffingStore
  /** The city's goal, where a request names none. */
  goal: StaffingGoal
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/staffing',
      {
        config: { roles: ['supervisor', 'admin'] },
        schema: {
          tags: ['reports'],
          summary: 'Seats needed by half hour, from what was measured, by three models, and the error of each',
          querystring: query,
          response: { 200: planView },
        },
      },
      async ({ query: { from, to, percent = goal.share * 100, seconds = goal.within } }) => {
        const span = spanOf({ from, to })
        const [intervals, holdings, waits] = await Promise.all([
          store.intervals(span, seconds),
          store.holdings(span),
          store.waits(span),
        ])
        const work = { measured: { intervals, holdings, waits }, goal: { share: percent / 100, within: seconds } }
        const { slots, ...plan } = await inThread<StaffingPlan>('src/staffing/staffing-worker.js', work)
        return {
          ...plan,
          from: span.from.toISOString(),
          to: span.to.toISOString(),
          percent,
          seconds,
          slots: [...slots],
        }
      },
    )
  }
}

function spanOf({ from, to }: { from: string | undefined; to: string | undefined }): StaffingSpan {
  const half = slotSeconds * 1000
  const until = Math.floor((to === undefined ? Date.now() : Date.parse(to)) / half) * half
  const since = from === undefined ? until - 7 * day : Math.floor(Date.parse(from) / half) * half
  if (until <= since || until - since > longestSpan)
    throw new SpanInvalid('from must be at least half an hour before to, and at most 31 days')
  return { from: new Date(since), to: new Date(until) }
}
