import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../../../src/kernel/index.ts'
import { refusalWords } from '../../../web/src/texts/refusal-words.ts'

/** Of every typed refusal that the services know. */
function codesOfServices(): string[] {
  const src = join(projectRoot(), 'src')
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  return files.flatMap((path) =>
    [...readFileSync(join(src, path), 'utf8').matchAll(/readonly code = '([a-z-]+)'/g)].map(([, code]) => code ?? ''),
  )
}

test('refusals - each that a service knows is told in both languages of the pages', () => {
  const codes = codesOfServices()

  expect(codes.length).toBeGreaterThan(60)
  expect(codes.filter((code) => !(code in refusalWords))).toEqual([])
})
