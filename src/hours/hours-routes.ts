import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Clock } from '../kernel/index.ts'
import { nullable } from '../kernel/index.ts'
import type { HoursBook } from './hours-book.ts'
import { calendarView, dayView, openingView, viewCalendar, viewOpening } from './hours-views.ts'
import { beijingDate } from './local-time.ts'

const everybody = { roles: ['agent', 'supervisor', 'admin', 'service'] } as const
const overseers = { roles: ['supervisor', 'admin'] } as const
const calendarParams = Type.Object({ calendarId: Type.String({ pattern: '^[a-z0-9-]{1,50}$' }) })
const dayParams = Type.Object({ date: Type.String({ format: 'date' }) })
const strict = { additionalProperties: false }
const instant = Type.String({
  format: 'date-time',
  description: 'ISO 8601 with its zone; write + as %2B in an address',
})
const tags = ['hours']

export interface HoursRoutesOptions {
  readonly book: HoursBook
  readonly clock: Clock
}

/** Calendars and holidays: everybody may look, supervisors and admins change. */
export function hoursRoutes(options: HoursRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(calendarRoutes(options))
    await app.register(closingRoutes(options))
    await app.register(dayRoutes(options))
  }
}

function calendarRoutes({ book, clock }: HoursRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/calendars',
      { config: everybody, schema: { tags, response: { 200: Type.Array(calendarView) } } },
      async () => book.calendars().map((calendar) => viewCalendar(book, calendar, new Date(clock.now()))),
    )

    app.get(
      '/calendars/:calendarId/at',
      {
        config: everybody,
        schema: {
          tags,
          summary: 'Open or closed at a moment, why, until when, and when open next; without time: now',
          params: calendarParams,
          querystring: Type.Object({ time: Type.Optional(instant) }, strict),
          response: { 200: openingView },
        },
      },
      async ({ params: { calendarId }, query }) => {
        const time = new Date(query.time ?? clock.now())
        return { calendarId, time: time.toISOString(), ...viewOpening(book.at(calendarId, time)) }
      },
    )
  }
}

function closingRoutes({ book, clock }: HoursRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    const view = (calendarId: string) => viewCalendar(book, book.calendar(calendarId), new Date(clock.now()))

    app.post(
      '/calendars/:calendarId/close',
      {
        config: overseers,
        schema: {
          tags,
          summary: 'Emergency: close a calendar at once, until a moment or until reopened; replaces an earlier closing',
          params: calendarParams,
          body: Type.Object(
            {
              reason: Type.String({ minLength: 1, maxLength: 200 }),
              until: Type.Optional(nullable(instant)),
            },
            strict,
          ),
          response: { 200: calendarView },
        },
      },
      async ({ params: { calendarId }, body: { reason, until = null }, principal }) => {
        const by = principal.username
        book.closeCalendar({ calendarId, reason, by, until: until === null ? null : new Date(until) })
        return view(calendarId)
      },
    )

    app.post(
      '/calendars/:calendarId/reopen',
      {
        config: overseers,
        schema: {
          tags,
          summary: 'Revoke the emergency closing; the calendar has its hours again',
          params: calendarParams,
          response: { 200: calendarView },
        },
      },
      async ({ params: { calendarId }, principal }) => {
        book.reopenCalendar({ calendarId, by: principal.username })
        return view(calendarId)
      },
    )
  }
}

function dayRoutes({ book, clock }: HoursRoutesOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/calendar-days',
      {
        config: everybody,
        schema: {
          tags,
          summary: 'Holidays and make-up workdays of a year, by default of this one',
          querystring: Type.Object({ year: Type.Optional(Type.Integer({ minimum: 1900, maximum: 9999 })) }, strict),
          response: { 200: Type.Array(dayView) },
        },
      },
      async ({ query }) => book.daysOf(query.year ?? Number(beijingDate(clock.now()).slice(0, 4))),
    )

    app.get(
      '/calendar-days/:date',
      { config: everybody, schema: { tags, params: dayParams, response: { 200: dayView } } },
      async ({ params }) => book.day(params.date),
    )

    app.put(
      '/calendar-days/:date',
      {
        config: overseers,
        schema: {
          tags,
          summary: 'Make a date a holiday or a make-up workday; the seed leaves it so',
          params: dayParams,
          body: Type.Object(
            { kind: Type.Enum(['holiday', 'workday']), name: Type.String({ minLength: 1, maxLength: 50 }) },
            strict,
          ),
          response: { 200: dayView },
        },
      },
      async ({ params, body: { kind, name }, principal }) =>
        book.putDay({ date: params.date, kind, name }, principal.username),
    )

    app.delete(
      '/calendar-days/:date',
      {
        config: overseers,
        schema: {
          tags,
          summary: 'Make a date an ordinary day; the seed leaves it so',
          params: dayParams,
          response: { 204: Type.Null() },
        },
      },
      async ({ params, principal }, reply) => {
        await book.removeDay(params.date, principal.username)
        return reply.code(204).send(null)
      },
    )
  }
}
