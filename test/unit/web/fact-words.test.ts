import { expect, test } from 'vitest'
import { eventSchemas } from '../../../src/events/event.ts'
import { fieldNames, unnamedFields } from '../../../web/src/supervisor/fact-fields.ts'
import { factNames, ringFacts } from '../../../web/src/supervisor/fact-names.ts'
import { fieldValues } from '../../../web/src/supervisor/fact-values.ts'

interface Field {
  readonly enum?: readonly string[]
  readonly items?: Field
  readonly anyOf?: readonly Field[]
}

const inTimeline = (type: string) => /^(call|recording)\./.test(type) || (ringFacts as readonly string[]).includes(type)

/** Every field of the facts in a call's timeline, with the codes that it may hold. */
const fields = Object.entries(eventSchemas)
  .filter(([type]) => inTimeline(type))
  .flatMap(([type, { properties }]) =>
    Object.entries(properties as Record<string, Field>).map(([field, schema]) => ({
      type,
      field,
      codes: codesOf(schema),
    })),
  )
  .filter(({ field }) => !(unnamedFields as readonly string[]).includes(field))

function codesOf({ enum: codes = [], items, anyOf = [] }: Field): readonly string[] {
  return [...codes, ...(items ? codesOf(items) : []), ...anyOf.flatMap(codesOf)]
}

test('timeline - every fact of a call has words in both languages, and nothing has that is none', () => {
  const types = Object.keys(eventSchemas).filter(inTimeline)

  expect(Object.keys(factNames).sort()).toEqual(types.sort())
  for (const { zh, en } of Object.values(factNames)) expect([zh, en]).not.toContain('')
})

test('timeline - every field of such a fact has words in both languages, and nothing has that is none', () => {
  const named = [...new Set(fields.map(({ field }) => field))]

  expect(Object.keys(fieldNames).sort()).toEqual(named.sort())
  for (const { zh, en } of Object.values(fieldNames)) expect([zh, en]).not.toContain('')
})

test.each(fields.filter(({ codes }) => codes.length > 0))(
  'timeline - every code of $field in $type has words',
  ({ field, codes }) => {
    const words = fieldValues[field] ?? {}

    expect(codes.filter((code) => !words[code]?.zh || !words[code]?.en)).toEqual([])
  },
)
