import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { HotlineError, inThread, nullable } from '../kernel/index.ts'
import { type DayClass, dayClassOf, type SpecialDays } from './day-class.ts'
import { enough, type StaffingGoal, type StaffingPlan, slotSeconds } from './staffing-plan.ts'
import type { StaffingStore } from './staffing-store.ts'

class SpanInvalid extends HotlineError {
  readonly code = 'span-invalid'
  readonly status = 400
}

class DaysInvalid extends HotlineError {
  readonly code = 'days-invalid'
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
  days: Type.Integer({ description: 'days measured, from the first one with a call or an agent' }),
  answered: Type.Integer({ description: 'calls answered in them' }),
  enough: Type.Object(
    { days: Type.Integer(), calls: Type.Integer(), answered: Type.Integer() },
    {
      description:
        'seats are told where so many calls were answered, and so many days or calls of the half hour measured',
    },
  ),
  compared: Type.Integer(),
  error: byModel,
  slots: Type.Array(
    Type.Object({
      minute: Type.Integer({ description: 'since midnight in China' }),
      days: Type.Integer(),
      calls: Type.Integer({ description: 'of all these days together' }),
      enough: Type.Boolean({ description: 'false: too little was measured to say how many seats are needed' }),
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
  queue: Type.Optional(Type.String({ description: 'default: all queues, as one pool of seats' })),
  weekday: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 7,
      description:
        'only this day of the week, from Monday, in China, where it is neither holiday nor make-up workday; default: all',
    }),
  ),
  special: Type.Optional(
    Type.Enum(['holiday', 'workday'], {
      description: 'only holidays, or only make-up workdays, of the State Council; not together with weekday',
    }),
  ),
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
  specialDays,
}: {
  store: StaffingStore
  /** The city's goal, where a request names none. */
  goal: StaffingGoal
  specialDays: SpecialDays
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
      async ({ query: { from, to, queue, weekday, special, percent = goal.share * 100, seconds = goal.within } }) => {
        const wanted = wantedOf({ weekday, special })
        const span = { ...spanOf({ from, to }), queue }
        const [all, holdings, waits] = await Promise.all([
          store.intervals(span, seconds),
          store.holdings(span),
          store.waits(span),
        ])
        const intervals = all.filter(({ start }) => wanted === undefined || dayClassOf(start, specialDays) === wanted)
        const work = { measured: { intervals, holdings, waits }, goal: { share: percent / 100, within: seconds } }
        const { slots, ...plan } = await inThread<StaffingPlan>('src/staffing/staffing-worker.js', work)
        return {
          ...plan,
          enough: { ...enough },
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

function wantedOf({ weekday, special }: { weekday?: number | undefined; special?: DayClass | undefined }) {
  if (weekday !== undefined && special !== undefined)
    throw new DaysInvalid('a special day is none of its week: ask for weekday or special, not for both')
  return weekday ?? special
}

function spanOf({ from, to }: { from: string | undefined; to: string | undefined }): { from: Date; to: Date } {
  const half = slotSeconds * 1000
  const until = Math.floor((to === undefined ? Date.now() : Date.parse(to)) / half) * half
  const since = from === undefined ? until - 7 * day : Math.floor(Date.parse(from) / half) * half
  if (until <= since || until - since > longestSpan)
    throw new SpanInvalid('from must be at least half an hour before to, and at most 31 days')
  return { from: new Date(since), to: new Date(until) }
}
