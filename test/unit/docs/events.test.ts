import { expect, test } from 'vitest'
import { eventPage } from '../../../scripts/docs/event-page.ts'
import { isCurrent } from '../../../scripts/docs/generated-page.ts'
import { fieldsOf } from '../../../scripts/docs/schema-words.ts'
import { eventSchemas } from '../../../src/events/index.ts'

test('event page - fields inside objects and lists are named by their path, with units from their names', () => {
  const fields = fieldsOf({
    properties: {
      waitedMs: { type: 'integer', minimum: 0 },
      cause: { anyOf: [{ type: 'string', minLength: 1 }, { type: 'null' }] },
      legs: { type: 'array', items: { type: 'object', properties: { role: { enum: ['caller', 'agent'] } } } },
    },
  })

  expect(fields).toEqual([
    { name: 'waitedMs', words: 'milliseconds' },
    { name: 'cause', words: 'text or null' },
    { name: 'legs', words: 'list of objects' },
    { name: 'legs[].role', words: '`caller`, `agent`' },
  ])
})

test('event page - every type has a section that says when it is recorded', () => {
  const { text } = eventPage()

  for (const type of Object.keys(eventSchemas)) {
    expect(text, `${type}: explain it in scripts/docs/event-meanings.ts`).toMatch(
      new RegExp(`^### ${type}\n\n\\w`, 'm'),
    )
  }
})

test('docs/events.md is what the schemas and the protocol say', () => {
  expect(isCurrent(eventPage()), 'run "npm run draw" and commit docs/events.md').toBe(true)
})
