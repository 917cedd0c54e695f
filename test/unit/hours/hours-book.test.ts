import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrateToLatest, openDatabase } from '../../../src/db/index.ts'
import { type Calendar, HoursBook, type HoursFacts, HoursStore, stateCouncilDays } from '../../../src/hours/index.ts'
import { migrationsDir, newDatabaseUrl, silent } from '../../support/database.ts'
import { SetClock } from '../../support/set-clock.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import { until } from '../../support/until.ts'
import { calendarsOf, officeHours } from './calendars.ts'

const calendars = calendarsOf(`calendars: { service: { weekly: ${officeHours} }, hotline: { always: true } }`)
const hour = 3_600_000
const wednesdayTen = Date.parse('2026-11-18T10:00:00+08:00')

let ends: (() => Promise<unknown>)[]
let wire: TcpProxy
let store: HoursStore
let throughWire: HoursStore
beforeEach(async () => {
  ends = []
  const url = new URL(await newDatabaseUrl())
  const direct = openDatabase({ url: url.href, logger: silent, connections: 2 })
  await migrateToLatest({ db: direct, folder: migrationsDir, logger: silent })
  wire = await startTcpProxy({ targetPort: Number(url.port) })
  url.port = String(wire.port)
  const indirect = openDatabase({ url: url.href, logger: silent, connections: 2 })
  store = new HoursStore({ db: direct })
  throughWire = new HoursStore({ db: indirect })
  await store.seed(stateCouncilDays())
  ends.push(
    () => indirect.destroy(),
    () => wire.close(),
    () => direct.destroy(),
  )
})
afterEach(async () => {
  for (const end of ends) await end()
})

/** A book, and what it told the log. */
async function bookAt(now: number, options: { calendars?: ReadonlyMap<string, Calendar>; expectedBy?: string } = {}) {
  const clock = new SetClock(now)
  const told: unknown[] = []
  const facts: HoursFacts = {
    closed: (fact, at) => told.push({ type: 'closed', ...fact, at }),
    reopened: (fact, at) => told.push({ type: 'reopened', ...fact, at }),
    dayChanged: (fact, at) => told.push({ type: 'day changed', ...fact, at }),
    yearMissing: (fact, at) => told.push({ type: 'year missing', ...fact, at }),
  }
  const book = await HoursBook.open({ calendars, keeper: throughWire, clock, logger: silent, facts, ...options })
  ends.unshift(() => book.stop())
  return { book, clock, told, at: (id: string) => book.at(id, new Date(clock.now())) }
}
const stored = async () => (await store.closings()).map(({ calendarId, reason }) => `${calendarId}: ${reason}`)

describe('emergency closing', () => {
  const command = { calendarId: 'service', reason: 'fire alarm', by: 'wang' }

  test('one command closes a calendar until it is revoked, and both are told to the log', async () => {
    const { book, clock, told, at } = await bookAt(wednesdayTen)

    book.closeCalendar({ ...command, until: null })
    expect(at('service')).toMatchObject({ open: false, cause: 'emergency', reason: 'fire alarm', until: null })
    expect(at('hotline').open).toBe(true)
    clock.advance(hour)
    book.reopenCalendar({ calendarId: 'service', by: 'li' })

    expect(at('service')).toMatchObject({ open: true, cause: 'weekly-hours' })
    expect(told).toEqual([
      { type: 'closed', ...command, until: null, at: wednesdayTen },
      { type: 'reopened', calendarId: 'service', by: 'li', closedMs: hour, at: wednesdayTen + hour },
    ])
    await until(async () => (await stored()).length === 0, 'the closing is gone from the database')
  })

  test('a closing until a moment ends by itself, at that moment and once', async () => {
    const { book, clock, told, at } = await bookAt(wednesdayTen)

    book.closeCalendar({ ...command, until: new Date(wednesdayTen + hour) })
    clock.advance(hour - 1)
    expect(at('service').open).toBe(false)
    clock.advance(1)
    expect(at('service').open).toBe(true)
    clock.advance(48 * hour)

    expect(told.slice(1)).toEqual([
      { type: 'reopened', calendarId: 'service', by: null, closedMs: hour, at: wednesdayTen + hour },
    ])
  })

  test('a closing of two months, longer than any timer, ends at its moment too', async () => {
    const { book, clock, told } = await bookAt(wednesdayTen)
    const end = wednesdayTen + 60 * 24 * hour

    book.closeCalendar({ ...command, until: new Date(end) })
    clock.advance(60 * 24 * hour - 1)
    expect(book.closing('service')).not.toBeNull()
    clock.advance(1)

    expect(told.at(-1)).toMatchObject({ type: 'reopened', at: end })
  })

  test('a second command replaces the first', async () => {
    const { book, clock, told, at } = await bookAt(wednesdayTen)

    book.closeCalendar({ ...command, until: new Date(wednesdayTen + hour) })
    book.closeCalendar({ ...command, reason: 'flood', until: null })
    clock.advance(2 * hour)

    expect(at('service')).toMatchObject({ open: false, reason: 'flood' })
    expect(told).toHaveLength(2)
    await until(async () => (await stored()).join() === 'service: flood', 'the newer closing is stored')
  })

  test('refused: a closing that is over already, a revocation of nothing, a calendar nobody knows', async () => {
    const { book, told } = await bookAt(wednesdayTen)

    expect(() => book.closeCalendar({ ...command, until: new Date(wednesdayTen) })).toThrow(
      expect.objectContaining({ code: 'closing-ends-in-past' }),
    )
    expect(() => book.reopenCalendar({ calendarId: 'service', by: 'li' })).toThrow(
      expect.objectContaining({ code: 'calendar-not-closed' }),
    )
    expect(() => book.closeCalendar({ ...command, calendarId: 'tax', until: null })).toThrow(
      expect.objectContaining({ code: 'calendar-unknown' }),
    )
    expect(() => book.at('tax', new Date())).toThrow(expect.objectContaining({ code: 'calendar-unknown' }))
    expect(told).toEqual([])
  })

  test('a closing outlives the process; one whose time came meanwhile is told as over then', async () => {
    const first = await bookAt(wednesdayTen)
    first.book.closeCalendar({ ...command, until: null })
    first.book.closeCalendar({ ...command, calendarId: 'hotline', until: new Date(wednesdayTen + hour) })
    await first.book.stop()

    const second = await bookAt(wednesdayTen + 5 * hour)

    expect(second.at('service')).toMatchObject({ open: false, reason: 'fire alarm' })
    expect(second.at('hotline').open).toBe(true)
    expect(second.told).toEqual([
      { type: 'reopened', calendarId: 'hotline', by: null, closedMs: hour, at: wednesdayTen + hour },
    ])
    await until(async () => (await stored()).join() === 'service: fire alarm', 'the closing that is over is removed')
  })

  test('while the database is away lines stay open and commands are obeyed; they are stored when it is back', async () => {
    const { book, clock, told, at } = await bookAt(wednesdayTen)
    wire.cut()

    expect(at('service').open).toBe(true)
    book.closeCalendar({ ...command, until: null })
    book.closeCalendar({ ...command, calendarId: 'hotline', until: null })
    book.reopenCalendar({ calendarId: 'hotline', by: 'li' })
    expect(at('service').open).toBe(false)
    expect(told).toHaveLength(3)
    await until(() => clock.pending > 1, 'a second attempt is awaited')
    expect(await stored()).toEqual([])
    wire.mend()

    await until(async () => {
      clock.advance(1000)
      return (await stored()).join() === 'service: fire alarm'
    }, 'the closing is stored')
  })
})

describe('holidays in the book', () => {
  const nextDay = new Date('2026-11-19T10:00:00+08:00')

  test('a day edited is in force at once, and still after the next start', async () => {
    const { book } = await bookAt(wednesdayTen)

    await book.putDay({ date: '2026-11-19', kind: 'holiday', name: 'city day' }, 'admin')

    expect(book.at('service', nextDay)).toMatchObject({ open: false, cause: 'holiday', reason: 'city day' })
    const { book: another } = await bookAt(wednesdayTen)
    expect(another.at('service', nextDay).open).toBe(false)
  })

  test('a day removed is an ordinary day; removing it again is refused', async () => {
    const { book } = await bookAt(wednesdayTen)

    await book.removeDay('2026-10-01', 'admin')

    expect(book.at('service', new Date('2026-10-01T10:00:00+08:00')).open).toBe(true)
    expect(book.daysOf(2026).map(({ date }) => date)).not.toContain('2026-10-01')
    await expect(book.removeDay('2026-10-01', 'admin')).rejects.toMatchObject({ code: 'calendar-day-unknown' })
  })

  test('an edit the database did not take changes nothing', async () => {
    const { book } = await bookAt(wednesdayTen)
    wire.cut()

    await expect(book.putDay({ date: '2026-11-19', kind: 'holiday', name: 'x' }, 'admin')).rejects.toThrow()

    expect(book.at('service', nextDay).open).toBe(true)
  })
})

describe('a year without holidays', () => {
  const beijing = (time: string) => Date.parse(`${time}+08:00`)

  test('is warned of once a day from 1 December on in Beijing, for each calendar that needs it, until it is entered', async () => {
    const { book, clock, told } = await bookAt(beijing('2026-11-28T23:59:00'))

    clock.advance(48 * hour)
    expect(told).toEqual([])
    clock.advance(24 * hour)
    expect(told).toEqual([
      { type: 'year missing', calendarId: 'service', year: 2027, at: beijing('2026-12-01T23:59:00') },
    ])
    clock.advance(24 * hour)
    expect(told).toHaveLength(2)
    await book.putDay({ date: '2027-01-01', kind: 'holiday', name: '元旦' }, 'admin')
    clock.advance(240 * hour)
    expect(told).toHaveLength(3)
    expect(told.at(-1)).toMatchObject({ type: 'day changed', date: '2027-01-01', kind: 'holiday' })
  })

  test('is warned of when it has begun as well, and a make-up workday alone does not make it known', async () => {
    await store.saveDay({ date: '2027-01-02', kind: 'workday', name: '元旦' }, 'admin')

    const { told } = await bookAt(beijing('2027-01-01T00:00:00'))

    expect(told).toEqual([
      { type: 'year missing', calendarId: 'service', year: 2027, at: beijing('2027-01-01T00:00:00') },
    ])
  })

  test('the day from which on it is expected can be set', async () => {
    const { told } = await bookAt(beijing('2026-11-20T00:00:00'), { expectedBy: '11-15' })

    expect(told).toMatchObject([{ year: 2027 }])
  })

  test('nobody is warned where no calendar looks at holidays', async () => {
    const indifferent = calendarsOf(`calendars:
      hotline: { always: true }
      shop: { weekly: { mon: ["08:00-12:00"] }, holidays: ignore, makeUpDays: ignore }`)

    const { told } = await bookAt(beijing('2026-12-20T00:00:00'), { calendars: indifferent })

    expect(told).toEqual([])
  })
})
