import { expect, test } from 'vitest'
import { callEndings } from '../../../src/call/history-ending.ts'
import { endings } from '../../../web/src/texts/call-endings.ts'

test('every ending has a word of its own in both languages', () => {
  expect(Object.keys(endings).sort()).toEqual([...callEndings].sort())
  for (const language of ['zh', 'en'] as const)
    expect(new Set(Object.values(endings).map((text) => text[language])).size).toBe(callEndings.length)
})
