import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Calendar, type Closing, openingAt, stateCouncilDays } from '../../../src/hours/index.ts'
import { calendarOf, daysOf, officeHours } from './calendars.ts'
import { openMinutes, WallClock } from './minute-by-minute.ts'

const days = daysOf(...stateCouncilDays())
const office = calendarOf(`{ weekly: ${officeHours} }`)

/** Asks in Beijing time and shortens the answer to what a test compares. */
function ask(calendar: Calendar, time: string, closing: Closing | null = null) {
  const { open, cause, reason, until, nextOpen } = openingAt({
    calendar,
    days,
    closing,
    time: Date.parse(time.endsWith('Z') ? time : `${time}+08:00`),
  })
  return { open, cause, reason, until: until?.toISOString() ?? null, nextOpen: nextOpen?.toISOString() ?? null }
}
const beijing = (time: string) => new Date(`${time}+08:00`).toISOString()

describe('opening hours', () => {
  test('open on a working morning until noon, and next after lunch', () => {
    expect(ask(office, '2026-11-18T09:00:00')).toEqual({
      open: true,
      cause: 'weekly-hours',
      reason: 'weekly hours',
      until: beijing('2026-11-18T12:00:00'),
      nextOpen: beijing('2026-11-18T14:00:00'),
    })
  })

  test('open from the first millisecond of an interval to the one before its end', () => {
    expect(ask(office, '2026-11-18T08:29:59.999').open).toBe(false)
    expect(ask(office, '2026-11-18T08:30:00.000').open).toBe(true)
    expect(ask(office, '2026-11-18T11:59:59.999').open).toBe(true)
    expect(ask(office, '2026-11-18T12:00:00.000').open).toBe(false)
  })

  test('closed on Friday evening until Monday morning', () => {
    expect(ask(office, '2026-11-20T17:30:00')).toEqual({
      open: false,
      cause: 'weekly-hours',
      reason: 'outside weekly hours',
      until: beijing('2026-11-23T08:30:00'),
      nextOpen: beijing('2026-11-23T08:30:00'),
    })
  })

  test('closed on National Day, by name, until the first working day after it', () => {
    expect(ask(office, '2026-10-01T10:00:00')).toEqual({
      open: false,
      cause: 'holiday',
      reason: '国庆节',
      until: beijing('2026-10-08T08:30:00'),
      nextOpen: beijing('2026-10-08T08:30:00'),
    })
  })

  test('open on a Saturday that is worked to make up for the holiday', () => {
    expect(ask(office, '2026-10-10T10:00:00')).toMatchObject({
      open: true,
      cause: 'make-up-workday',
      reason: 'make-up workday (国庆节)',
    })
    expect(ask(office, '2026-10-17T10:00:00').open).toBe(false)
  })

  test('the Friday before a make-up workday is followed by it, not by Monday', () => {
    expect(ask(office, '2026-10-09T18:00:00').nextOpen).toBe(beijing('2026-10-10T08:30:00'))
  })

  test('a line may keep Sunday hours on holidays, Saturday hours on make-up workdays, or ignore both', () => {
    const week = '{ mon-fri: ["08:00-20:00"], sat: ["09:00-12:00"], sun: ["10:00-11:00"] }'
    const shorter = calendarOf(`{ weekly: ${week}, holidays: as-sunday, makeUpDays: as-saturday }`)
    const ignoring = calendarOf(`{ weekly: ${week}, holidays: ignore, makeUpDays: ignore }`)

    expect(ask(shorter, '2026-10-01T10:30:00')).toMatchObject({ open: true, cause: 'holiday', reason: '国庆节' })
    expect(ask(shorter, '2026-10-01T11:30:00')).toMatchObject({ open: false, cause: 'holiday' })
    expect(ask(shorter, '2026-10-10T12:30:00')).toMatchObject({ open: false, cause: 'make-up-workday' })
    expect(ask(ignoring, '2026-10-01T19:00:00')).toMatchObject({ open: true, cause: 'weekly-hours' })
    expect(ask(ignoring, '2026-10-10T13:00:00')).toMatchObject({ open: false, cause: 'weekly-hours' })
  })

  test('an exception goes before a holiday and says its reason', () => {
    const calendar = calendarOf(`{ weekly: ${officeHours}, exceptions: [
      { date: 2026-10-01, hours: ["09:00-10:00"], reason: duty on National Day },
      { from: 2026-11-17, to: 2026-11-18, closed: true, reason: removal }] }`)

    expect(ask(calendar, '2026-10-01T09:30:00')).toMatchObject({
      open: true,
      cause: 'exception',
      reason: 'duty on National Day',
    })
    expect(ask(calendar, '2026-11-17T09:00:00')).toMatchObject({
      open: false,
      cause: 'exception',
      reason: 'removal',
      until: beijing('2026-11-19T08:30:00'),
    })
  })

  test('a line that is always open has no closed minute, midnight and holidays included', () => {
    const always = calendarOf('{ always: true }')
    for (const time of ['2026-10-01T00:00:00', '2026-12-31T23:59:59.999', '2027-01-01T00:00:00']) {
      expect(ask(always, time)).toMatchObject({ open: true, cause: 'always', until: null, nextOpen: null })
    }
  })

  test('seven days from 00:00 to 24:00 have no closed minute either, in any zone', () => {
    for (const zone of ['Asia/Shanghai', 'Europe/Berlin', 'America/Santiago']) {
      const calendar = calendarOf(`{ weekly: { mon-sun: ["00:00-24:00"] }, holidays: ignore, zone: ${zone} }`)
      expect(ask(calendar, '2026-03-01T23:59:59.999')).toMatchObject({ open: true, until: null })
    }
  })

  test('a night shift over midnight is one opening', () => {
    const night = calendarOf('{ weekly: { fri: ["22:00-24:00"], sat: ["00:00-06:00"] } }')

    expect(ask(night, '2026-11-20T23:00:00')).toMatchObject({
      open: true,
      until: beijing('2026-11-21T06:00:00'),
      nextOpen: beijing('2026-11-27T22:00:00'),
    })
  })

  test('a calendar that never opens says so instead of looking for ever', () => {
    const never = calendarOf('{ weekly: {} }')

    expect(ask(never, '2026-11-18T09:00:00')).toMatchObject({ open: false, until: null, nextOpen: null })
  })

  test('the date is that of the calendar, not of the machine: Urumqi is two hours behind', () => {
    const urumqi = calendarOf('{ weekly: { mon: ["00:00-01:00"] }, zone: Asia/Urumqi }')

    expect(ask(urumqi, '2026-11-23T02:30:00')).toMatchObject({ open: true })
    expect(ask(urumqi, '2026-11-23T00:30:00')).toMatchObject({ open: false, until: beijing('2026-11-23T02:00:00') })
  })
})

describe('opening hours where clocks are changed', () => {
  const berlin = (hours: string) =>
    calendarOf(`{ weekly: { sun: ["${hours}"] }, holidays: ignore, zone: Europe/Berlin }`)

  test('hours within the hour that spring leaves out begin when the clock jumps over them', () => {
    expect(ask(berlin('02:15-03:30'), '2026-03-28T12:00:00Z')).toMatchObject({ until: '2026-03-29T01:00:00.000Z' })
    expect(ask(berlin('02:15-03:30'), '2026-03-29T01:00:00.000Z')).toMatchObject({ until: '2026-03-29T01:30:00.000Z' })
    expect(ask(berlin('02:15-02:45'), '2026-03-28T12:00:00Z')).toMatchObject({ until: '2026-04-05T00:15:00.000Z' })
  })

  test('hours within the hour that autumn has twice are kept twice', () => {
    const twice = berlin('02:15-02:45')

    expect(ask(twice, '2026-10-25T00:15:00.000Z')).toMatchObject({
      open: true,
      until: '2026-10-25T00:45:00.000Z',
      nextOpen: '2026-10-25T01:15:00.000Z',
    })
    expect(ask(twice, '2026-10-25T01:20:00.000Z')).toMatchObject({ open: true, until: '2026-10-25T01:45:00.000Z' })
  })

  test('office hours keep the clock on the wall through summer and winter', () => {
    const office = calendarOf('{ weekly: { mon-sun: ["09:00-17:00"] }, holidays: ignore, zone: Europe/Berlin }')

    expect(ask(office, '2026-03-28T20:00:00Z').until).toBe('2026-03-29T07:00:00.000Z')
    expect(ask(office, '2026-10-24T20:00:00Z').until).toBe('2026-10-25T08:00:00.000Z')
  })
})

describe('opening hours under an emergency closing', () => {
  const closing = (until: string | null): Closing => ({
    calendarId: 'line',
    reason: 'fire alarm',
    by: 'supervisor',
    closedAt: Date.parse(beijing('2026-11-18T10:00:00')),
    until: until === null ? null : Date.parse(beijing(until)),
  })

  test('closed until revoked: when it opens is not known', () => {
    expect(ask(office, '2026-11-18T10:30:00', closing(null))).toEqual({
      open: false,
      cause: 'emergency',
      reason: 'fire alarm',
      until: null,
      nextOpen: null,
    })
  })

  test('closed until a moment within the hours: open then; until one outside them: open with the next hours', () => {
    expect(ask(office, '2026-11-18T10:30:00', closing('2026-11-18T15:00:00')).until).toBe(
      beijing('2026-11-18T15:00:00'),
    )
    expect(ask(office, '2026-11-18T10:30:00', closing('2026-11-18T13:00:00')).until).toBe(
      beijing('2026-11-18T14:00:00'),
    )
  })

  test('it counts from the command on: before it the line was open until then, after it the hours hold', () => {
    const brief = closing('2026-11-18T10:30:00')

    expect(ask(office, '2026-11-18T09:00:00', brief)).toMatchObject({
      open: true,
      until: beijing('2026-11-18T10:00:00'),
      nextOpen: beijing('2026-11-18T10:30:00'),
    })
    expect(ask(office, '2026-11-18T10:30:00', brief)).toMatchObject({ open: true, cause: 'weekly-hours' })
  })

  test('even a line that is always open is closed by it, and open when it ends', () => {
    const always = calendarOf('{ always: true }')

    expect(ask(always, '2026-11-18T10:00:00', closing('2026-11-18T11:00:00'))).toMatchObject({
      open: false,
      nextOpen: beijing('2026-11-18T11:00:00'),
    })
  })
})

describe('opening hours, any calendar at any moment', () => {
  const walls = [
    new WallClock({ zone: 'Asia/Shanghai', from: '2026-09-28T00:00:00Z', days: 15 }),
    new WallClock({ zone: 'Europe/Berlin', from: '2026-03-26T00:00:00Z', days: 9 }),
    new WallClock({ zone: 'Europe/Berlin', from: '2026-10-22T00:00:00Z', days: 9 }),
    // Clocks are changed at midnight: 23:00 comes twice, and a day begins at 01:00.
    new WallClock({ zone: 'America/Santiago', from: '2026-04-02T00:00:00Z', days: 6 }),
    new WallClock({ zone: 'America/Santiago', from: '2026-09-03T00:00:00Z', days: 6 }),
  ]
  const zones = ['Asia/Shanghai', 'Europe/Berlin', 'Europe/Berlin', 'America/Santiago', 'America/Santiago']

  /** Sorted, without overlap: cut points taken two by two. Round hours are likely, so that intervals meet. */
  const point = fc.oneof(fc.integer({ min: 0, max: 1440 }), fc.constantFrom(0, 60, 120, 135, 150, 165, 180, 1380, 1440))
  const intervals = fc
    .uniqueArray(point, { maxLength: 6 })
    .map((points) => points.sort((a, b) => a - b))
    .map((points) =>
      points.flatMap((from, index) => {
        const to = points[index + 1]
        return to === undefined || (index % 2 === 1 && (from + to) % 3 !== 0) ? [] : [{ from, to }]
      }),
    )
  const rule = fc.constantFrom('closed', 'ignore', 'sun', 'mon', 'sat' as const)
  const week = fc.record({
    sun: intervals,
    mon: intervals,
    tue: intervals,
    wed: intervals,
    thu: intervals,
    fri: intervals,
    sat: intervals,
  })
  const someDay = (wall: WallClock) => fc.constantFrom(...new Set(wall.minutes.map(({ date }) => date)))

  const situation = fc.integer({ min: 0, max: walls.length - 1 }).chain((index) => {
    const wall = walls[index] as WallClock
    const instant = fc.integer({ min: 0, max: wall.minutes.length - 1 }).map((each) => wall.start + each * 60_000)
    const exceptionDays = fc.uniqueArray(someDay(wall), { maxLength: 2 }).map((dates) => dates.sort())
    return fc.record({
      wall: fc.constant(wall),
      zone: fc.constant(zones[index] ?? ''),
      week,
      holidays: rule,
      makeUpDays: rule,
      exceptions: fc
        .tuple(exceptionDays, intervals, fc.boolean())
        .map(([[from, to = from], hours, range]) =>
          from === undefined || to === undefined
            ? []
            : [{ from, to: range ? to : from, intervals: hours, reason: 'an exception' }],
        ),
      named: fc.array(
        fc.record({
          date: someDay(wall),
          kind: fc.constantFrom('holiday', 'workday' as const),
          name: fc.constant('a day'),
        }),
        { maxLength: 4 },
      ),
      closing: fc.option(
        fc.tuple(instant, fc.option(fc.integer({ min: 1, max: 3000 }))).map(([closedAt, minutes]) => ({
          calendarId: 'line',
          reason: 'emergency',
          by: 'supervisor',
          closedAt,
          until: minutes === null ? null : closedAt + minutes * 60_000,
        })),
      ),
      time: instant,
      millisecond: fc.integer({ min: 0, max: 59_999 }),
    })
  })

  test('the answer is what looking at the clock minute by minute says', () => {
    fc.assert(
      fc.property(situation, ({ wall, zone, named, closing, time, millisecond, ...hours }) => {
        const calendar: Calendar = { calendarId: 'line', zone, hours: hours as Exclude<Calendar['hours'], 'always'> }
        const calendarDays = daysOf(...named)
        const minutes = openMinutes({ wall, calendar, days: calendarDays, closing })
        const now = (time - wall.start) / 60_000

        const opening = openingAt({ calendar, days: calendarDays, closing, time: time + millisecond })

        const changes = minutes.indexOf(!minutes[now], now)
        const opens = minutes[now] && changes !== -1 ? minutes.indexOf(true, changes) : changes
        const end = wall.start + minutes.length * 60_000
        expect(opening.open).toBe(minutes[now])
        for (const [answer, index] of [
          [opening.until, changes],
          [opening.nextOpen, opens],
        ] as const) {
          if (index !== -1) expect(answer?.getTime()).toBe(wall.start + index * 60_000)
          // Beyond the minutes that were looked at, or never.
          else expect(answer?.getTime() ?? end).toBeGreaterThanOrEqual(end)
        }
      }),
      { numRuns: 500 },
    )
  })
})
