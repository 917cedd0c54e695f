import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { IvrSession, type MenuFault, MenuLibrary, type MenuSnapshot, MenusRefused } from '../../../src/ivr/index.ts'
import { createLogger } from '../../../src/kernel/index.ts'
import { SetClock } from '../../support/set-clock.ts'
import { until } from '../../support/until.ts'
import { somePrompts, soundMenu, soundMenuWith, temporaryMenus } from './menu-project.ts'

async function openLibrary({ onAccepted }: { onAccepted?: (menus: MenuSnapshot) => void } = {}) {
  const files = await temporaryMenus({ 'main.yaml': soundMenu })
  const refused: (readonly MenuFault[])[] = []
  const clock = new SetClock()
  const library = await MenuLibrary.open({
    ...files.folder,
    clock,
    logger: createLogger({ name: 'test', level: 'silent' }),
    onRefused: (faults) => refused.push(faults),
    ...(onAccepted && { onAccepted }),
  })
  onTestFinished(() => library.close())
  return { files, library, refused, clock }
}

const waitOf = (library: MenuLibrary) => library.current().menus.get('second')?.waitSeconds

test('menu library - a valid change is taken over for new calls', async () => {
  const { files, library, refused } = await openLibrary()
  const before = library.current()

  await files.write({ 'main.yaml': soundMenuWith('wait: 4', 'wait: 7') })
  await library.refresh()

  expect(waitOf(library)).toBe(7)
  expect(library.current().version).not.toBe(before.version)
  expect(refused).toEqual([])
})

test('menu library - a call under way keeps the menus it began with', async () => {
  const { files, library } = await openLibrary()
  const session = new IvrSession({ menus: library.current(), line: '12345' })
  session.start()

  await files.write({ 'main.yaml': soundMenuWith('queue: tax', 'queue: night') })
  await library.refresh()
  for (const digit of ['1', '1']) session.send({ type: 'DIGIT', digit })

  expect(session.result).toMatchObject({ queue: 'tax' })
})

test('menu library - a broken change is refused as a whole and the last good menus stay', async () => {
  const { files, library, refused } = await openLibrary()
  const before = library.current()

  await files.write({ 'main.yaml': soundMenuWith('wait: 4', 'wait: 7').replace('queue: tax', 'queue: taxi') })
  await library.refresh()

  expect(library.current()).toBe(before)
  expect(refused).toEqual([[expect.objectContaining({ line: 21, message: expect.stringContaining('"taxi"') })]])
})

test('menu library - a broken change is complained of once, and its mend is taken over', async () => {
  const { files, library, refused } = await openLibrary()
  await files.write({ 'main.yaml': 'menus: [' })
  await library.refresh()
  await library.refresh()

  await files.write({ 'main.yaml': soundMenuWith('wait: 4', 'wait: 9') })
  await library.refresh()

  expect(refused).toHaveLength(1)
  expect(waitOf(library)).toBe(9)
})

test('menu library - a file that comes, and one that goes, is noticed', async () => {
  const { files, library } = await openLibrary()

  await files.write({
    'main.yaml': soundMenuWith('9: repeat', '9: { menu: third }'),
    'more.yaml': 'menus:\n  third:\n    prompts: choose-tax\n    keys: { 1: person }\n',
  })
  await library.refresh()
  expect(library.current().menus.has('third')).toBe(true)

  await files.write({ 'main.yaml': soundMenu })
  await files.remove('more.yaml')
  await library.refresh()
  expect(library.current().menus.has('third')).toBe(false)
})

test('menu library - the folder vanishing takes no menu from the callers', async () => {
  const { files, library, refused } = await openLibrary()
  const { menusDir } = files.folder

  await rm(menusDir, { recursive: true })
  await library.refresh()
  expect(library.current().menus.size).toBe(2)
  expect(refused).toHaveLength(1)

  await mkdir(menusDir)
  await files.write({ 'main.yaml': soundMenuWith('wait: 4', 'wait: 8') })
  await library.refresh()
  expect(waitOf(library)).toBe(8)
})

test('menu library - a recording that goes missing refuses the menus that say it, and mends them when back', async () => {
  const files = await temporaryMenus({ 'main.yaml': soundMenu })
  const promptsDir = await somePrompts({ folders: ['cmn', 'en', 'music'], without: [] })
  const refused: (readonly MenuFault[])[] = []
  const library = await MenuLibrary.open({
    ...files.folder,
    promptsDir,
    clock: new SetClock(),
    logger: createLogger({ name: 'test', level: 'silent' }),
    onRefused: (faults) => refused.push(faults),
  })
  onTestFinished(() => library.close())
  const prompt = join(promptsDir, 'en/choose-tax.wav')

  await rename(prompt, `${prompt}.old`)
  await library.refresh()
  await rename(`${prompt}.old`, prompt)
  await files.write({ 'main.yaml': soundMenuWith('wait: 4', 'wait: 5') })
  await library.refresh()

  expect(refused.map((faults) => faults.map(({ message }) => message))).toEqual([
    ['menu "second" says "choose-tax", but prompts/en/choose-tax.wav does not exist'],
  ])
  expect(waitOf(library)).toBe(5)
})

test('menu library - it looks by itself every two seconds where watching tells nothing', async () => {
  const { files, library, clock } = await openLibrary()

  await files.write({ 'main.yaml': soundMenuWith('wait: 4', 'wait: 7') })
  await until(() => {
    clock.advance(2000)
    return waitOf(library) === 7
  }, 'the changed menu in force')

  expect(waitOf(library)).toBe(7)
})

test('menu library - a listener that fails once does not end the looking', async () => {
  let fail = true
  const { files, library } = await openLibrary({
    onAccepted: () => {
      if (fail) throw new Error('the wallboard is gone')
    },
  })
  await files.write({ 'main.yaml': soundMenuWith('wait: 4', 'wait: 7') })
  await expect(library.refresh()).rejects.toThrow('the wallboard is gone')

  fail = false
  await files.write({ 'main.yaml': soundMenuWith('wait: 4', 'wait: 12') })
  await library.refresh()

  expect(waitOf(library)).toBe(12)
})

test('menu library - once closed nothing is taken over and no timer waits', async () => {
  const { files, library, clock } = await openLibrary()
  await library.close()

  await files.write({ 'main.yaml': soundMenuWith('wait: 4', 'wait: 7') })
  await library.refresh()
  await library.close()

  expect(waitOf(library)).toBe(4)
  expect(clock.pending).toBe(0)
})

test('menu library - without good menus to begin with it does not open', async () => {
  const { folder } = await temporaryMenus({ 'main.yaml': 'menus: {}\n' })
  await writeFile(join(folder.menusDir, 'notes.txt'), 'not a menu')

  const opening = MenuLibrary.open({ ...folder, logger: createLogger({ name: 'test', level: 'silent' }) })

  await expect(opening).rejects.toThrow(MenusRefused)
  await expect(opening).rejects.toThrow(/main\.yaml:1: no file defines "lines": which number leads where/)
})

test('menu library - tells what is wrong with refused files, where, until they are mended', async () => {
  const { files, library } = await openLibrary()

  await files.write({ 'main.yaml': soundMenuWith('queue: tax', 'queue: taxi') })
  await library.refresh()
  const refused = library.refused
  await files.write({ 'main.yaml': soundMenu })
  await library.refresh()

  expect(refused?.faults).toEqual([
    expect.objectContaining({ file: expect.stringMatching(/main\.yaml$/), line: 21, message: expect.anything() }),
  ])
  expect(library.refused).toBeUndefined()
})
