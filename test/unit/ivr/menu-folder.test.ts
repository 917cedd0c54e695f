import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readMenus } from '../../../src/ivr/index.ts'
import {
  faultsOf,
  promptsDir,
  queues,
  somePrompts,
  soundMenu,
  soundMenuWith,
  temporaryFolder,
  temporaryMenus,
} from './menu-project.ts'

/** A menu that only a line of its own leads to. */
const aside = '  aside:\n    prompts: choose-tax\n    keys: { 1: person }\n'

describe('menu folder', () => {
  test('menus of several files lead to one another', async () => {
    const { folder } = await temporaryMenus({
      'a.yaml': soundMenuWith('2: { label: English, language: en, menu: second }', '2: { menu: aside }'),
      'b.yml': `menus:\n${aside}`,
    })

    const menus = await readMenus(folder)

    expect([...menus.menus.keys()]).toEqual(['first', 'second', 'aside'])
  })

  test('a menu and a line defined in two files are refused in the second', async () => {
    const second = `lines:\n  "12345": { front: direct, language: cmn, person: { queue: general } }\nmenus:\n${aside.replace('aside', 'second')}`
    const { folder } = await temporaryMenus({ 'a.yaml': soundMenu, 'b.yaml': second })

    const faults = await faultsOf(folder)

    expect(faults).toHaveLength(2)
    expect(faults[0]).toMatch(/^b\.yaml:2: line "12345" is defined already in .*a\.yaml:3$/)
    expect(faults[1]).toMatch(/^b\.yaml:4: menu "second" is defined already in .*a\.yaml:16$/)
  })

  test('a default line given in two files is refused in the second', async () => {
    const { folder } = await temporaryMenus({ 'a.yaml': soundMenu, 'b.yaml': 'default-line: "12345"\n' })

    expect(await faultsOf(folder)).toEqual([
      expect.stringMatching(/^b\.yaml:1: "default-line" is given already in .*a\.yaml:1$/),
    ])
  })

  test('mistakes in every file are told at once', async () => {
    const { folder } = await temporaryMenus({
      'a.yaml': soundMenuWith('9: repeat', '9: { menu: aside }').replace('wait: 4', 'wait: 99'),
      'b.yaml': `menus:\n${aside.replace('person', 'persn')}`,
    })

    expect(await faultsOf(folder)).toEqual([
      'a.yaml:18: "wait" must be a number from 1 to 60, not "99"',
      'b.yaml:4: key 1 must be repeat, person, hangup or a mapping, not "persn"',
    ])
  })

  test('what an unreadable file may define is not reported as missing in the others', async () => {
    const { folder } = await temporaryMenus({
      'a.yaml': soundMenuWith('9: repeat', '9: { menu: aside }'),
      'b.yaml': `menus:\n${aside}    wait: [1\n`,
    })

    const faults = await faultsOf(folder)

    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^b\.yaml:\d: /)
  })

  test('a prompt that one language lacks is told with the file that is missing', async () => {
    const folders = ['cmn', 'yue', 'en', 'music', 'tones']
    const { folder } = await temporaryMenus({ 'main.yaml': soundMenu })

    const faults = await faultsOf({
      ...folder,
      promptsDir: await somePrompts({ folders, without: ['yue/choose-tax', 'en/goodbye', 'en/n12', 'music/queue'] }),
    })

    expect(faults).toEqual([
      'main.yaml:1: prompts/music/queue.wav does not exist: what waiting callers hear',
      'main.yaml:1: language "en" lacks prompts that every language needs: goodbye, n12',
      'main.yaml:16: menu "second" says "choose-tax", but prompts/yue/choose-tax.wav does not exist',
      'main.yaml:22: key 2 says "goodbye", but prompts/en/goodbye.wav does not exist',
    ])
  })

  test('a folder without a menu file, or without being there, is refused by name', async () => {
    const empty = await temporaryFolder()
    await writeFile(join(empty, '.hidden.yaml'), soundMenu)
    const missing = join(empty, 'gone')

    expect(await faultsOf({ menusDir: empty, promptsDir })).toEqual([
      expect.stringMatching(/:1: there is no \*\.yaml file in it$/),
    ])
    expect(await faultsOf({ menusDir: missing, promptsDir })).toEqual([
      expect.stringMatching(/^gone:1: cannot be read: ENOENT/),
    ])
    expect(await faultsOf({ menusDir: empty, promptsDir: missing })).toEqual([
      expect.stringMatching(/^gone:1: cannot be read: ENOENT/),
    ])
  })

  test('queues are taken on trust where nobody knows them', async () => {
    const { folder } = await temporaryMenus({ 'main.yaml': soundMenuWith('queue: tax', 'queue: unheard-of') })
    const { menusDir } = folder

    expect(await faultsOf({ menusDir, promptsDir })).toEqual([])
    expect(await faultsOf({ menusDir, promptsDir, queues })).toHaveLength(1)
  })
})
