import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import { HoursBook, HoursStore, hoursRoutes, stateCouncilDays } from '../../../src/hours/index.ts'
import { createHttpServer } from '../../../src/http/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { SetClock } from '../../support/set-clock.ts'
import { calendarsOf, officeHours } from './calendars.ts'

const calendars = calendarsOf(`
calendars:
  service: { weekly: ${officeHours}, exceptions: [{ date: 2026-11-30, hours: ["09:00-10:00"], reason: removal }] }
  hotline: { always: true }`)

let db: Database
let book: HoursBook
let app: FastifyInstance
beforeEach(async () => {
  db = await newDatabase()
  const keeper = new HoursStore({ db })
  await keeper.seed(stateCouncilDays())
  const clock = new SetClock(Date.parse('2026-11-18T10:00:00+08:00'))
  const facts = { closed: () => {}, reopened: () => {}, yearMissing: () => {}, dayChanged: () => {} }
  book = await HoursBook.open({ calendars, keeper, clock, logger: silent, facts })
  app = await createHttpServer({
    logger: silent,
    jwtSecret: 'a secret of the test',
    routes: [hoursRoutes({ book, clock })],
    rootRoutes: [],
  })
  await app.ready()
})
afterEach(async () => {
  await app.close()
  await book.stop()
  await db.destroy()
})

async function ask(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { as = 'supervisor', body = undefined as unknown } = {},
) {
  const token = app.jwt.sign({ username: `a.${as}`, role: as, agentId: null })
  const answer = await app.inject({
    method,
    url: `/api/v1${path}`,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { payload: body as object }),
  })
  return {
    status: answer.statusCode,
    type: answer.headers['content-type'],
    ...(answer.body ? { json: answer.json() } : {}),
  }
}

describe('calendars by HTTP', () => {
  test('tells whether a line is open at a moment, why, until when and when next', async () => {
    const answer = await ask('GET', '/calendars/service/at?time=2026-10-01T10:00:00%2B08:00', { as: 'agent' })

    expect(answer).toMatchObject({
      status: 200,
      json: {
        calendarId: 'service',
        time: '2026-10-01T02:00:00.000Z',
        open: false,
        cause: 'holiday',
        reason: '国庆节',
        until: '2026-10-08T00:30:00.000Z',
        nextOpen: '2026-10-08T00:30:00.000Z',
      },
    })
  })

  test('without a time it is about now; a line that is always open ends never', async () => {
    expect((await ask('GET', '/calendars/service/at')).json).toMatchObject({
      time: '2026-11-18T02:00:00.000Z',
      open: true,
      until: '2026-11-18T04:00:00.000Z',
    })
    expect((await ask('GET', '/calendars/hotline/at')).json).toMatchObject({ open: true, until: null, nextOpen: null })
  })

  test('lists the calendars as the city file has them, with their present state', async () => {
    const { json } = await ask('GET', '/calendars', { as: 'service' })

    expect(json).toMatchObject([
      {
        calendarId: 'service',
        zone: 'Asia/Shanghai',
        always: false,
        weekly: { mon: ['08:30-12:00', '14:00-17:30'], sat: [] },
        holidays: 'closed',
        makeUpDays: 'as-monday',
        exceptions: [{ from: '2026-11-30', to: '2026-11-30', hours: ['09:00-10:00'], reason: 'removal' }],
        closing: null,
        now: { open: true, cause: 'weekly-hours' },
      },
      { calendarId: 'hotline', always: true, weekly: {}, holidays: null, exceptions: [], now: { open: true } },
    ])
  })

  test('a supervisor closes a line in an emergency and opens it again', async () => {
    const body = { reason: 'fire alarm', until: '2026-11-18T15:00:00+08:00' }
    const closed = await ask('POST', '/calendars/hotline/close', { body })
    const reopened = await ask('POST', '/calendars/hotline/reopen')

    expect(closed).toMatchObject({
      status: 200,
      json: {
        closing: { reason: 'fire alarm', by: 'a.supervisor', until: '2026-11-18T07:00:00.000Z' },
        now: { open: false, cause: 'emergency', nextOpen: '2026-11-18T07:00:00.000Z' },
      },
    })
    expect(reopened).toMatchObject({ status: 200, json: { closing: null, now: { open: true } } })
  })

  test.each([
    ['an unknown calendar', 'GET', '/calendars/tax/at', undefined, 404, 'calendar-unknown'],
    [
      'a time without its zone',
      'GET',
      '/calendars/service/at?time=2026-10-01T10:00:00',
      undefined,
      400,
      'request-invalid',
    ],
    [
      'a misspelt question',
      'GET',
      '/calendars/service/at?tiem=2026-10-01T10:00:00Z',
      undefined,
      400,
      'request-invalid',
    ],
    ['a closing without reason', 'POST', '/calendars/service/close', {}, 400, 'request-invalid'],
    [
      'a closing that is over',
      'POST',
      '/calendars/service/close',
      { reason: 'x', until: '2026-11-18T01:00:00Z' },
      400,
      'closing-ends-in-past',
    ],
    ['the closing of no calendar', 'POST', '/calendars/tax/close', { reason: 'x' }, 404, 'calendar-unknown'],
    ['a revocation of nothing', 'POST', '/calendars/service/reopen', undefined, 409, 'calendar-not-closed'],
    [
      'a day that does not exist',
      'PUT',
      '/calendar-days/2026-02-30',
      { kind: 'holiday', name: 'x' },
      400,
      'request-invalid',
    ],
    [
      'a day of a kind nobody knows',
      'PUT',
      '/calendar-days/2026-02-03',
      { kind: 'feast', name: 'x' },
      400,
      'request-invalid',
    ],
    ['an ordinary day', 'GET', '/calendar-days/2026-03-03', undefined, 404, 'calendar-day-unknown'],
    ['the removal of an ordinary day', 'DELETE', '/calendar-days/2026-03-03', undefined, 404, 'calendar-day-unknown'],
  ] as const)('refused: %s', async (_, method, path, body, status, code) => {
    const answer = await ask(method, path, { body })

    expect(answer).toMatchObject({ status, json: { code } })
    expect(answer.type).toMatch(/^application\/problem\+json/)
    expect(book.closing('service')).toBeNull()
  })
})

describe('holidays by HTTP', () => {
  test('a day is entered, read, listed and taken out', async () => {
    const day = { date: '2027-01-01', kind: 'holiday', name: '元旦' }

    expect(await ask('PUT', '/calendar-days/2027-01-01', { body: { kind: 'holiday', name: '元旦' } })).toMatchObject({
      status: 200,
      json: day,
    })
    expect((await ask('GET', '/calendar-days/2027-01-01', { as: 'agent' })).json).toEqual(day)
    expect((await ask('GET', '/calendar-days?year=2027', { as: 'agent' })).json).toEqual([day])
    expect((await ask('DELETE', '/calendar-days/2027-01-01')).status).toBe(204)
    expect((await ask('GET', '/calendar-days?year=2027')).json).toEqual([])
  })

  test('the days of this year come without asking for one', async () => {
    const { json } = await ask('GET', '/calendar-days')

    expect(json).toHaveLength(39)
    expect(json[0]).toEqual({ date: '2026-01-01', kind: 'holiday', name: '元旦' })
  })
})

describe('who may change hours', () => {
  const changes = [
    ['POST', '/calendars/service/close', { reason: 'x' }],
    ['POST', '/calendars/service/reopen', undefined],
    ['PUT', '/calendar-days/2027-01-01', { kind: 'holiday', name: '元旦' }],
    ['DELETE', '/calendar-days/2026-01-01', undefined],
  ] as const

  test.each(['agent', 'service'])('an %s may not', async (as) => {
    for (const [method, path, body] of changes) {
      expect(await ask(method, path, { as, body })).toMatchObject({ status: 403, json: { code: 'not-permitted' } })
    }
    expect(book.closing('service')).toBeNull()
  })

  test.each(['supervisor', 'admin'])('a %s may', async (as) => {
    for (const [method, path, body] of changes) {
      expect([200, 204]).toContain((await ask(method, path, { as, body })).status)
    }
  })
})
