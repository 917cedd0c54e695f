import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isMap, isNode, isSeq, LineCounter, parseDocument } from 'yaml'
import { readCalendars } from '../../../src/hours/index.ts'
import { projectRoot } from '../../../src/kernel/index.ts'
import { calendarOf, calendarsOf } from './calendars.ts'

/** Reads as a city's file is read, with the line of each fault. */
function faultsOf(yaml: string): readonly string[] {
  const lines = new LineCounter()
  const document = parseDocument(yaml, { lineCounter: lines })
  const lineOf = (keys: readonly string[]): number => {
    const parent = keys.length === 1 ? document.contents : document.getIn(keys.slice(0, -1), true)
    const last = keys.at(-1)
    if (isMap(parent)) {
      const key = parent.items.find((item) => String(item.key) === last)?.key
      if (isNode(key) && key.range) return lines.linePos(key.range[0]).line
    }
    const item = isSeq(parent) ? parent.items[Number(last)] : undefined
    if (isNode(item) && item.range) return lines.linePos(item.range[0]).line
    return keys.length === 1 ? 0 : lineOf(keys.slice(0, -1))
  }
  return readCalendars(document.toJS().calendars, (keys) => `city.yaml:${lineOf(keys)}`).faults
}

describe('calendars of a city file', () => {
  test('a line with all settings, and one that is always open', () => {
    const calendars = calendarsOf(`
calendars:
  service:
    weekly: { mon-thu: ["14:00-17:30", "08:30-12:00"], fri: [08:30-12:00], sat: ["20:00-24:00"] }
    holidays: as-sunday
    makeUpDays: as-friday
    zone: Asia/Urumqi
    exceptions:
      - { date: 2026-11-30, closed: true, reason: removal }
      - { from: "2026-12-24", to: "2026-12-26", hours: ["10:00-12:00"], reason: fewer people }
  hotline: { always: true }`)

    const morning = { from: 510, to: 720 }
    const both = [morning, { from: 840, to: 1050 }]
    expect(calendars.get('hotline')).toEqual({ calendarId: 'hotline', zone: 'Asia/Shanghai', hours: 'always' })
    expect(calendars.get('service')).toEqual({
      calendarId: 'service',
      zone: 'Asia/Urumqi',
      hours: {
        week: {
          mon: both,
          tue: both,
          wed: both,
          thu: both,
          fri: [morning],
          sat: [{ from: 1200, to: 1440 }],
          sun: [],
        },
        holidays: 'sun',
        makeUpDays: 'fri',
        exceptions: [
          { from: '2026-11-30', to: '2026-11-30', intervals: [], reason: 'removal' },
          { from: '2026-12-24', to: '2026-12-26', intervals: [{ from: 600, to: 720 }], reason: 'fewer people' },
        ],
      },
    })
  })

  test('the example of docs/hours.md is accepted', async () => {
    const text = await readFile(join(projectRoot(), 'docs/hours.md'), 'utf8')
    const example = /```yaml\n(.*?)```/s.exec(text)?.[1] ?? ''

    expect([...calendarsOf(example).keys()]).toEqual(['hotline', 'service'])
  })

  test('without a word about them holidays are closed and make-up workdays are Mondays', () => {
    expect(calendarOf('{ weekly: { mon: ["09:00-17:00"] } }').hours).toMatchObject({
      holidays: 'closed',
      makeUpDays: 'mon',
    })
  })

  test('intervals that meet do not overlap', () => {
    expect(faultsOf('calendars: { a: { weekly: { mon: ["08:00-12:00", "12:00-17:00"] } } }')).toEqual([])
  })

  test('every fault is told at once, each with its line', () => {
    expect(
      faultsOf(`name: test
calendars:
  service:
    weekly:
      mon: ["08:30-12:00", "11:00-17:30"]
      tue: ["17:00-08:00"]
      wed-fri: ["8:30-12:00"]
    exceptions:
      - { date: 2026-02-30, closed: true, reason: no such day }
      - { from: 2026-12-26, to: 2026-12-24, closed: true, reason: reversed }
  hotline:
    always: true
    holidays: closed`),
    ).toEqual([
      'city.yaml:5: calendars.service.weekly.mon: 08:30-12:00 and 11:00-17:30 overlap',
      'city.yaml:6: calendars.service.weekly.tue: "17:00-08:00" ends before it begins: over midnight write "17:00-24:00", and "00:00-08:00" on the next day',
      'city.yaml:7: calendars.service.weekly.wed-fri: "8:30-12:00" is no interval such as "08:30-12:00"',
      'city.yaml:9: calendars.service.exceptions.0: "2026-02-30" is no date such as 2026-02-16',
      'city.yaml:10: calendars.service.exceptions.1: 2026-12-24 is before 2026-12-26',
      'city.yaml:13: calendars.hotline.holidays: a calendar with "always: true" has no "holidays": take one of them out',
    ])
  })

  const weekly = (text: string) => `{ weekly: ${text} }`
  const exceptions = (text: string) => `{ weekly: {}, exceptions: ${text} }`
  test.each([
    ['the same interval twice', weekly('{ mon: ["08:00-12:00", "08:00-12:00"] }'), 'overlap'],
    ['an empty interval', weekly('{ mon: ["08:00-08:00"] }'), 'is empty'],
    ['a time after 24:00', weekly('{ mon: ["08:00-24:30"] }'), '00:00 to 24:00'],
    ['a minute 60', weekly('{ mon: ["08:00-09:60"] }'), 'no interval'],
    ['24:00 as a beginning', weekly('{ mon: ["24:00-24:00"] }'), '00:00 to 24:00'],
    ['hours that are no text', weekly('{ mon: [8] }'), 'must be string'],
    ['a day that is no day', weekly('{ monday: ["08:00-12:00"] }'), 'a day is mon'],
    ['days that run backwards', weekly('{ fri-mon: ["08:00-12:00"] }'), 'a day is mon'],
    ['a day said twice', weekly('{ mon-fri: ["08:00-12:00"], wed: ["08:00-11:00"] }'), 'wed has its hours already'],
    ['neither weekly hours nor always', '{ zone: Asia/Shanghai }', 'either "always: true" or "weekly" is wanted'],
    ['a zone that does not exist', '{ always: true, zone: Asia/Peking }', 'there is no time zone Asia/Peking'],
    ['a rule nobody knows', '{ weekly: {}, holidays: sometimes }', 'one of closed, ignore, as-monday'],
    ['an unknown setting', '{ weekly: {}, holliday: closed }', 'unknown setting holliday'],
    ['always: false', '{ always: false }', 'must be equal to constant'],
    ['an exception without a day', exceptions('[{ closed: true, reason: x }]'), 'either "date", or "from" and "to"'],
    ['one with half a range', exceptions('[{ from: 2026-01-01, closed: true, reason: x }]'), 'either "date", or'],
    [
      'one with a day and a range',
      exceptions('[{ date: 2026-01-01, from: 2026-01-01, to: 2026-01-02, closed: true, reason: x }]'),
      'either "date", or',
    ],
    ['one without a reason', exceptions('[{ date: 2026-01-01, closed: true }]'), 'reason'],
    ['one that says nothing', exceptions('[{ date: 2026-01-01, reason: x }]'), 'either "closed: true" or "hours"'],
    [
      'one that is closed and open',
      exceptions('[{ date: 2026-01-01, closed: true, hours: ["08:00-12:00"], reason: x }]'),
      'either "closed: true" or "hours"',
    ],
    ['one without hours', exceptions('[{ date: 2026-01-01, hours: [], reason: x }]'), 'write "closed: true"'],
    [
      'two for one day',
      exceptions(
        '[{ from: 2026-01-01, to: 2026-01-03, closed: true, reason: x }, { date: 2026-01-03, closed: true, reason: y }]',
      ),
      '"y" and "x" are about the same day',
    ],
  ])('refused: %s', (_, calendar, message) => {
    const faults = faultsOf(`calendars:\n  line: ${calendar}`)

    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^city\.yaml:2: calendars\.line/)
    expect(faults[0]).toContain(message)
  })

  test('refused: a name with capitals, and no calendars where some should be', () => {
    expect(faultsOf('calendars: { Hotline: { always: true } }')).toEqual([
      'city.yaml:1: calendars.Hotline: the name of a calendar is of small letters, digits and hyphens',
    ])
    expect(faultsOf('calendars:')).toEqual(['city.yaml:1: calendars: must be object'])
  })

  test('whatever stands there, it is read or refused, and nothing else happens', () => {
    const anything = fc.anything({
      maxDepth: 4,
      key: fc.constantFrom('line', 'weekly', 'mon', 'exceptions', 'always', 'x'),
    })
    fc.assert(
      fc.property(anything, (content) => {
        const { calendars, faults } = readCalendars(content, (keys) => keys.join('.'))
        expect(faults.length > 0 || calendars.size === Object.keys(content as object).length).toBe(true)
      }),
    )
  })
})
