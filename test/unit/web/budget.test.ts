import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { budget } from '../../../web/build/budget.ts'

/** What the build makes, of bytes that gzip makes nothing smaller of: the entry, a page with a style, and a part that is loaded later. */
function built(): object {
  const chunk = { type: 'chunk', imports: [], code: '', isEntry: false, facadeModuleId: null }
  return {
    'index.js': { ...chunk, fileName: 'index.js', name: 'index', isEntry: true },
    'desk-page.js': {
      ...chunk,
      fileName: 'desk-page.js',
      name: 'desk-page',
      facadeModuleId: '/web/src/desk/desk-page.vue',
      viteMetadata: { importedCss: new Set(['desk.css']) },
    },
    'desk.css': { type: 'asset', fileName: 'desk.css', source: randomBytes(5000) },
    'later.js': { ...chunk, fileName: 'later.js', name: 'later', code: randomBytes(9000).toString('hex') },
  }
}

/** What the build says to that; undefined when it is content. */
function verdict(most: number): string | undefined {
  let said: string | undefined
  const context = { error: (message: string) => (said = message) }
  const plugin = budget({ most }) as unknown as { generateBundle(this: object, options: object, bundle: object): void }
  plugin.generateBundle.call(context, {}, built())
  return said
}

test('the build fails when the first load of a page is over the budget, its style included, and says by how much', () => {
  expect(verdict(5000)).toMatch(/^desk-page: first load of \d+ bytes, 5000 are allowed$/)
})

test('what is loaded later is in no first load', () => {
  expect(verdict(6000)).toBeUndefined()
})
