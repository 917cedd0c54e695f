import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../../../src/kernel/index.ts'
import { limitOf } from '../../../src/tickets/rules/city-rules.ts'
import { readCityRules } from '../../../src/tickets/rules/read-city-rules.ts'

const calendars = 'name: test\ncalendars:\n  office: { weekly: { mon-fri: ["09:00-17:00"] } }\n'
const least = 'tickets:\n  prefix: T\n  calendar: office\n  kinds: { help: Help }\n'

function written(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'yihao-rules-')), 'city.yaml')
  writeFileSync(path, text)
  return path
}

const faultOf = (text: string) =>
  readCityRules(written(text)).then(
    () => 'no fault',
    (error: Error) => error.message,
  )

describe('a city’s rules for its tickets', () => {
  test('the rule that says most about a matter holds', async () => {
    const rules = await readCityRules(join(projectRoot(), 'cities/default.yaml'))
    const matter = { kind: 'complaint', urgency: 'ordinary', investigation: false } as const

    expect(limitOf(rules, 'handle', matter)).toEqual({ amount: 7, unit: 'workingDays' })
    expect(limitOf(rules, 'handle', { ...matter, kind: 'consultation' })).toEqual({ amount: 5, unit: 'workingDays' })
    expect(limitOf(rules, 'handle', { ...matter, investigation: true })).toEqual({ amount: 10, unit: 'workingDays' })
    expect(limitOf(rules, 'handle', { ...matter, investigation: true, urgency: 'urgent' })).toEqual({
      amount: 24,
      unit: 'hours',
    })
  })

  test('the path of a unit leads from the top of the tree', async () => {
    const { units } = await readCityRules(join(projectRoot(), 'cities/default.yaml'))

    expect(units.find(({ unitId }) => unitId === 'village')).toMatchObject({
      path: 'city/district/street/village',
      level: 4,
    })
  })

  test.each([
    ['no tickets at all', '', /:1: there is no "tickets"/],
    [
      'a limit that is none',
      `${least}  limits:\n    - { stage: handle, within: soon }\n`,
      /:9: tickets.limits.0.within: "soon"/,
    ],
    ['an unknown stage', `${least}  limits:\n    - { stage: rest, within: 1 day }\n`, /:9: tickets.limits.0.stage/],
    [
      'no limit for handling',
      `${least}  limits:\n    - { stage: sign, within: 1 day }\n`,
      /:8: .*no limit for every help/,
    ],
    [
      'an unknown calendar',
      `${least.replace('office', 'bank')}  limits: [{ stage: handle, within: 1 day }]\n`,
      /:6: .*no calendar bank/,
    ],
    [
      'a setting too many',
      `${least}  limits: [{ stage: handle, within: 1 day }]\n  colour: red\n`,
      /:9: .*unknown setting colour/,
    ],
    [
      'a unit below one that is not there',
      `${least}  limits: [{ stage: handle, within: 1 day }]\n  organisation:\n    levels: [a, b]\n    units:\n      x: { name: X, parent: y }\n`,
      /:12: .*y is no unit of this file/,
    ],
    [
      'units in a ring',
      `${least}  limits: [{ stage: handle, within: 1 day }]\n  organisation:\n    levels: [a, b]\n    units:\n      x: { name: X, parent: y }\n      y: { name: Y, parent: x }\n`,
      /:12: .*leads back to itself/,
    ],
    [
      'a tree too deep',
      `${least}  limits: [{ stage: handle, within: 1 day }]\n  organisation:\n    levels: [a]\n    units:\n      x: { name: X }\n      y: { name: Y, parent: x }\n`,
      /:13: .*level 2 of 1/,
    ],
    [
      'a catalogue that leads nowhere',
      `${least}  limits: [{ stage: handle, within: 1 day }]\n  catalogue:\n    - { classification: tax, unit: tax, from: 2026-01-01 }\n`,
      /:10: .*no unit tax/,
    ],
    [
      'a line of the catalogue that stands there twice',
      `${least}  limits: [{ stage: handle, within: 1 day }]\n  organisation: { levels: [a], units: { tax: { name: Tax } } }\n  catalogue:\n    - { classification: tax, unit: tax, from: 2026-01-01 }\n    - { classification: tax, unit: tax, from: 2026-01-01 }\n`,
      /:12: .*in line 0 already/,
    ],
  ])('%s is told with file and line', async (_, text, message) => {
    expect(await faultOf(`${calendars}${text}`)).toMatch(message)
  })
})
