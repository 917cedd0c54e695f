import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { readMenus } from '../../../src/ivr/index.ts'
import { viewOf } from '../../../src/ivr/menu-view.ts'
import { projectRoot } from '../../../src/kernel/index.ts'
import { pathNames } from '../../../web/src/menus/path-names.ts'
import type { Menu } from '../../../web/src/menus/views.ts'

const words = {
  person: 'person',
  repeat: 'repeat',
  label: ({ en }: { en: string }) => en,
  language: (code: string) => `language ${code}`,
  queue: (name: string) => `queue ${name}`,
}
let menus: readonly Menu[] = []
beforeAll(async () => {
  const own = { menusDir: join(projectRoot(), 'ivr/menus'), promptsDir: join(projectRoot(), 'ivr/prompts') }
  menus = viewOf({ menus: await readMenus(own), refused: undefined }).menus
})

test('keys are named by the menu file, languages by the page', () => {
  const pressed = ['language:1', 'services:1', 'services:4', 'tax:*']

  expect(pathNames(pressed, menus, words)).toEqual(['language cmn', 'Tax', 'Policies and others', 'Back'])
})

test('keys without a label are named by what they lead to', () => {
  const source = { file: 'night.yaml', line: 1 }
  const to = { kind: 'queue', menu: null, queue: 'tax', skills: [], priority: 0 } as const
  const tax = { key: '5', label: null, language: null, play: [], to, source }
  const night: Menu = { id: 'night', prompts: [], waitSeconds: 5, attempts: 3, exhausted: to, keys: [tax], source }

  expect(pathNames(['services:9', 'services:0'], menus, words)).toEqual(['repeat', 'person'])
  expect(pathNames(['night:5'], [night], words)).toEqual(['queue tax'])
})

test('a key that is in no menu now stays as it was told', () => {
  expect(pathNames(['gone:1', 'services:7'], menus, words)).toEqual(['gone:1', 'services:7'])
})
