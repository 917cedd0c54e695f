import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Calendar,
  type CalendarDay,
  type CalendarDays,
  dueAt,
  earlier,
  openTimes,
  readCalendars,
  readTimeLimit,
  stateCouncilDays,
  type TimeLimit,
  timeLimitText,
} from '../../../src/hours/calendar-arithmetic.ts'

const minute = 60_000
const eightHours = 8 * 60 * minute

const officeFile = {
  office: {
    weekly: { 'mon-fri': ['08:30-12:00', '14:00-17:30'] },
    holidays: 'closed',
    makeUpDays: 'as-monday',
  },
}

function office(): Calendar {
  const calendar = readCalendars(officeFile, () => '').calendars.get('office')
  if (!calendar) throw new Error('no calendar')
  return calendar
}

const holidays: CalendarDays = new Map(stateCouncilDays().map((day) => [day.date, day]))
const at = (text: string) => Date.parse(`${text}+08:00`)
const shown = (instant: number) => new Date(instant + eightHours).toISOString().slice(0, 16)
const limit = (text: string): TimeLimit => {
  const read = readTimeLimit(text)
  if (!read) throw new Error(text)
  return read
}

describe('time limits', () => {
  test.each([
    ['2026-03-02T10:00', '1 working day', '2026-03-03T17:30'],
    ['2026-03-06T10:00', '2 working days', '2026-03-10T17:30'],
    ['2026-03-07T10:00', '1 working day', '2026-03-09T17:30'],
    ['2026-03-06T17:00', '1 working hour', '2026-03-09T09:00'],
    ['2026-03-06T17:00', '24 hours', '2026-03-07T17:00'],
    ['2026-03-06T17:00', '7 days', '2026-03-14T00:00'],
    // National Day: 1 to 7 October off, Saturday 10 October worked to make up for it (State Council, 2025 announcement).
    ['2026-09-30T10:00', '1 working day', '2026-10-08T17:30'],
    ['2026-10-09T10:00', '1 working day', '2026-10-10T17:30'],
  ])('what begins at %s and may take %s is due at %s', (from, text, due) => {
    expect(shown(dueAt(at(from), limit(text), { calendar: office(), days: holidays }))).toBe(due)
  })

  test.each([
    ['2026-03-10T17:30', '1 working day', '2026-03-09T17:30'],
    ['2026-03-09T09:00', '1 working day', '2026-03-06T09:00'],
    ['2026-03-09T09:00', '1 working hour', '2026-03-06T17:00'],
    ['2026-03-09T09:00', '24 hours', '2026-03-08T09:00'],
    ['2026-03-14T00:00', '1 working day', '2026-03-12T17:30'],
  ])('what is due at %s is reminded of %s before, at %s', (due, text, reminder) => {
    expect(shown(earlier(at(due), limit(text), { calendar: office(), days: holidays }))).toBe(reminder)
  })

  test('limits are written as they are read, and nothing else is read', () => {
    for (const text of ['1 working day', '7 working days', '24 hours', '1 hour', '14 days', '4 working hours']) {
      expect(timeLimitText(limit(text))).toBe(text)
    }
    for (const text of ['', '7', 'seven days', '7 weeks', '-1 days', '1.5 hours', '400 days', '5 working  days']) {
      expect(readTimeLimit(text)).toBeUndefined()
    }
  })

  test('a calendar that is never open has no working day, and says so', () => {
    const never = readCalendars({ never: { weekly: { mon: [] } } }, () => '').calendars.get('never')
    if (!never) throw new Error('no calendar')

    expect(() => dueAt(0, limit('1 working day'), { calendar: never, days: new Map() })).toThrow(/no 1 working days/)
    expect(() => dueAt(0, limit('1 working hour'), { calendar: never, days: new Map() })).toThrow(/is not open/)
  })

  test('over random calendars, due dates are those of a calculation that counts minute by minute', () => {
    fc.assert(
      fc.property(randomCalendar, fc.integer({ min: 0, max: 12 * 24 * 60 }), randomLimit, (random, offset, wanted) => {
        const { calendar, days } = random
        const from = at('2026-02-01T00:00') + offset * minute

        expect(shown(dueAt(from, wanted, { calendar, days }))).toBe(shown(slowDue(from, wanted, random)))
      }),
      { numRuns: 300 },
    )
  })

  test('over random calendars, a reminder lies before what it reminds of, and the limit from it reaches no further', () => {
    fc.assert(
      fc.property(randomCalendar, fc.integer({ min: 0, max: 12 * 24 * 60 }), randomLimit, (random, offset, wanted) => {
        const { calendar, days } = random
        const begin = at('2026-02-10T00:00') + offset * minute
        const due = dueAt(begin, { amount: 3, unit: 'workingDays' }, { calendar, days })
        const reminder = earlier(due, wanted, { calendar, days })

        expect(reminder).toBeLessThanOrEqual(due)
        if (wanted.unit === 'hours') expect(due - reminder).toBe(wanted.amount * 60 * minute)
        if (wanted.unit === 'workingHours') expect(openMinutes(reminder, due, random)).toBe(wanted.amount * 60)
        if (wanted.unit === 'workingDays') expect(workingDates(reminder, due, random)).toBe(wanted.amount + 1)
      }),
      { numRuns: 300 },
    )
  })
})

interface RandomCalendar {
  readonly calendar: Calendar
  readonly days: CalendarDays
  /** Open minutes of a date, by what the file says. */
  readonly open: (date: string) => readonly (readonly [number, number])[]
}

/** Two stretches on some weekdays, some holidays and some make-up days within two months; never all closed. */
const randomCalendar: fc.Arbitrary<RandomCalendar> = fc
  .record({
    hours: fc.array(fc.tuple(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 13, max: 23 })), {
      minLength: 7,
      maxLength: 7,
    }),
    worked: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }).filter((days) => days.slice(1, 4).some(Boolean)),
    special: fc.uniqueArray(
      fc.record({
        day: fc.integer({ min: 0, max: 58 }),
        kind: fc.constantFrom('holiday' as const, 'workday' as const),
      }),
      { maxLength: 8, selector: ({ day }) => day },
    ),
  })
  .map(({ hours, worked, special }) => {
    const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
    const text = (hour: number) => `${String(hour).padStart(2, '0')}:00`
    const stretches = (weekday: number) => {
      const [morning, afternoon] = hours[weekday] ?? [8, 14]
      return worked[weekday] ? ([[morning, 12] as const, [afternoon, 24] as const] as const) : []
    }
    const weekly = Object.fromEntries(
      names.map((name, weekday) => [name, stretches(weekday).map(([from, to]) => `${text(from)}-${text(to)}`)]),
    )
    const file = { random: { weekly, holidays: 'closed', makeUpDays: 'as-monday' } }
    const { calendars, faults } = readCalendars(file, () => '')
    const calendar = calendars.get('random')
    if (!calendar) throw new Error(faults.join())
    const days = new Map<string, CalendarDay>(
      special.map(({ day, kind }) => {
        const date = new Date(Date.UTC(2026, 1, 1 + day)).toISOString().slice(0, 10)
        return [date, { date, kind, name: kind }]
      }),
    )
    const open = (date: string) => {
      const named = days.get(date)?.kind
      if (named === 'holiday') return []
      return stretches(named === 'workday' ? 1 : new Date(`${date}T00:00Z`).getUTCDay()).map(
        ([from, to]) => [from * 60, to * 60] as const,
      )
    }
    return { calendar, days, open }
  })

const randomLimit: fc.Arbitrary<TimeLimit> = fc.record({
  amount: fc.integer({ min: 1, max: 4 }),
  unit: fc.constantFrom('workingDays', 'workingHours', 'days', 'hours'),
})

/** Beijing has no summer time since 1991: eight hours, always. */
const dateOf = (instant: number) => new Date(instant + eightHours).toISOString().slice(0, 10)
const minuteOf = (instant: number) => Math.floor(((instant + eightHours) % (24 * 60 * minute)) / minute)
const isOpen = (instant: number, { open }: RandomCalendar) =>
  open(dateOf(instant)).some(([from, to]) => from <= minuteOf(instant) && minuteOf(instant) < to)

/** Minute by minute, as one would count on fingers. */
function slowDue(from: number, { amount, unit }: TimeLimit, random: RandomCalendar): number {
  if (unit === 'hours') return from + amount * 60 * minute
  let left = unit === 'workingHours' ? amount * 60 : amount
  if (unit === 'workingHours') {
    for (let now = from; ; now += minute) {
      if (isOpen(now, random)) left -= 1
      if (left === 0) return now + minute
    }
  }
  const counts = (instant: number) => unit === 'days' || random.open(dateOf(instant)).length > 0
  for (let now = from; ; now += minute) {
    const begins = minuteOf(now) === 0 && dateOf(now) !== dateOf(from)
    if (begins && counts(now)) left -= 1
    if (left > 0) continue
    const last = unit === 'days' ? 24 * 60 : (random.open(dateOf(now)).at(-1)?.[1] ?? 0)
    return Date.parse(`${dateOf(now)}T00:00+08:00`) + last * minute
  }
}

function openMinutes(from: number, to: number, random: RandomCalendar): number {
  let open = 0
  for (let now = from; now < to; now += minute) if (isOpen(now, random)) open += 1
  return open
}

/** Working dates touched from one instant to another; a midnight belongs to the day it ends. */
function workingDates(from: number, to: number, random: RandomCalendar): number {
  const closes = isOpen(from - minute, random) && !isOpen(from, random)
  const first = closes ? from - minute : from
  const dates = new Set<string>()
  for (let now = first; now < to; now += minute) dates.add(dateOf(now))
  return [...dates].filter((date) => random.open(date).length > 0).length
}

describe('open times', () => {
  const time = { calendar: office(), days: holidays }
  const between = (from: string, to: string) =>
    openTimes(at(from), at(to), time).map((each) => [shown(each.from), shown(each.to)])

  test('are those of the calendar, cut at both ends, over a weekend', () => {
    expect(between('2026-03-06T15:00', '2026-03-09T09:00')).toEqual([
      ['2026-03-06T15:00', '2026-03-06T17:30'],
      ['2026-03-09T08:30', '2026-03-09T09:00'],
    ])
    expect(between('2026-03-06T18:00', '2026-03-09T08:00')).toEqual([])
  })

  test('as many working hours as a limit has lie between its beginning and its end', () => {
    const begin = fc.integer({ min: at('2026-01-01T00:00'), max: at('2026-11-01T00:00') })
    fc.assert(
      fc.property(begin, fc.integer({ min: 1, max: 80 }), (from, hours) => {
        const to = dueAt(from, { amount: hours, unit: 'workingHours' }, time)
        const open = openTimes(from, to, time).reduce((sum, each) => sum + each.to - each.from, 0)
        expect(open).toBe(hours * 60 * minute)
      }),
    )
  })
})
