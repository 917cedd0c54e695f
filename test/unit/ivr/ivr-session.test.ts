import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type IvrCommand,
  IvrSession,
  type MenuSnapshot,
  readMenus,
  type StoredIvrSession,
} from '../../../src/ivr/index.ts'
import { projectRoot } from '../../../src/kernel/index.ts'
import { menusOf, promptsDir, said, soundMenu, soundMenuWith } from './menu-project.ts'

let menus: MenuSnapshot
let ownMenus: MenuSnapshot

beforeAll(async () => {
  ownMenus = await readMenus({ menusDir: join(projectRoot(), 'ivr/menus'), promptsDir })
})

/** A session of the sound menu that has begun, and what it last said to do. */
async function begun(text = soundMenu) {
  menus = await menusOf(text)
  const session = new IvrSession({ menus, line: '12345' })
  return { session, first: session.start(), press: pressOn(session) }
}

const pressOn = (session: IvrSession) => (keys: string) =>
  [...keys].map((digit) => session.send({ type: 'DIGIT', digit })).at(-1) ?? []

const kinds = (commands: readonly IvrCommand[]) => commands.map(({ kind }) => kind)

describe('ivr session', () => {
  test('the caller is greeted and asked, then listened to', async () => {
    const { session, first } = await begun()

    expect(said(first)).toEqual(['cmn/welcome', 'cmn/choose-language', 'en/choose-language'])
    expect(session.send({ type: 'PLAYED' })).toEqual([{ kind: 'listen', ms: 6000, turn: 2 }])
  })

  test('the language chosen is spoken from the next prompt on', async () => {
    const { session, press } = await begun()

    const commands = press('2')

    expect(kinds(commands)).toEqual(['stopPlaying', 'play'])
    expect(said(commands)).toEqual(['en/choose-tax'])
    expect(session.language).toBe('en')
  })

  test('a key while listening stops nothing, since nothing plays', async () => {
    const { session, press } = await begun()
    session.send({ type: 'PLAYED' })

    expect(kinds(press('1'))).toEqual(['play'])
  })

  test('a key that leads to a queue ends the menu with queue, skills, priority and the path', async () => {
    const { session, press } = await begun()

    const commands = press('11')

    const result = {
      kind: 'queue',
      queue: 'tax',
      skills: ['income'],
      priority: 2,
      language: 'cmn',
      path: ['first:1', 'second:1'],
      reason: 'chosen',
    }
    expect(commands).toEqual([{ kind: 'stopPlaying' }, { kind: 'done', result }])
    expect(session.result).toEqual(result)
  })

  test('repeat says the menu again without the greeting, and forgives earlier misses', async () => {
    const { session, press } = await begun()
    press('77')

    expect(said(press('9'))).toEqual(['cmn/choose-language', 'en/choose-language'])
    expect(said(press('7'))).toEqual(['cmn/invalid-key', 'cmn/choose-language', 'en/choose-language'])
    expect(session.result).toBeUndefined()
  })

  test('an invalid key is told so in the language of the call, then the menu is said again', async () => {
    const { press } = await begun()

    expect(said(press('25'))).toEqual(['en/invalid-key', 'en/choose-tax'])
  })

  test('silence is told so, then the menu is said again', async () => {
    const { session } = await begun()
    session.send({ type: 'PLAYED' })

    expect(said(session.send({ type: 'TIMEOUT' }))).toEqual([
      'cmn/no-input',
      'cmn/choose-language',
      'en/choose-language',
    ])
  })

  test('after as many silences and invalid keys as the menu allows a person takes over', async () => {
    const { session, press } = await begun()
    session.send({ type: 'PLAYED' })
    session.send({ type: 'TIMEOUT' })
    press('8')

    const commands = press('8')

    expect(kinds(commands)).toEqual(['stopPlaying', 'done'])
    expect(session.result).toMatchObject({ kind: 'queue', queue: 'general', reason: 'no-valid-key', path: [] })
  })

  test('exhausted attempts lead where the menu says', async () => {
    const { session, press } = await begun(soundMenuWith('attempts: 2', 'attempts: 1\n    exhausted: { queue: night }'))

    press('17')

    expect(session.result).toMatchObject({ kind: 'queue', queue: 'night', reason: 'no-valid-key' })
  })

  test('0 leads to a person from any menu, said or not', async () => {
    for (const keys of ['0', '10', '770', '1*20']) {
      const { session, press } = await begun()
      press(keys)
      expect(session.result, keys).toMatchObject({ queue: 'general', reason: 'asked-for-person' })
    }
  })

  test('0 before a hang-up is spoken leads to a person; other keys change nothing', async () => {
    const { session, press } = await begun()
    expect(said(press('12'))).toEqual(['cmn/goodbye'])

    expect(press('3')).toEqual([])
    press('0')

    expect(session.result).toMatchObject({ kind: 'queue', queue: 'general', reason: 'asked-for-person' })
  })

  test('a hang-up follows its words', async () => {
    const { session, press } = await begun()
    press('12')
    expect(session.result).toBeUndefined()

    expect(kinds(session.send({ type: 'PLAYED' }))).toEqual(['done'])

    expect(session.result).toEqual({
      kind: 'hangup',
      language: 'cmn',
      path: ['first:1', 'second:2'],
      reason: 'chosen',
    })
  })

  test('any key skips the words before a queue', async () => {
    const { session, press } = await begun(soundMenuWith('{ queue: tax', '{ play: please-wait, queue: tax'))
    expect(said(press('11'))).toEqual(['cmn/please-wait'])

    expect(kinds(press('5'))).toEqual(['stopPlaying', 'done'])
    expect(session.result).toMatchObject({ queue: 'tax', path: ['first:1', 'second:1'] })
  })

  test('keys pressed before the call is answered go through several levels without a word', async () => {
    const session = new IvrSession({ menus: ownMenus, line: '12345' })
    expect(pressOn(session)('222')).toEqual([])

    const commands = session.start()

    expect(kinds(commands)).toEqual(['done'])
    expect(session.result).toMatchObject({
      queue: 'social-security',
      language: 'yue',
      path: ['language:2', 'services:2', 'social-security:2'],
    })
  })

  test('keys pressed ahead that do not lead out leave the caller at the menu they reached', async () => {
    menus = await menusOf(soundMenu)
    const session = new IvrSession({ menus, line: '12345' })
    pressOn(session)('2')

    expect(said(session.start())).toEqual(['en/choose-tax'])
  })

  test('front direct leads to the person at once, with the greeting if there is one', async () => {
    const direct =
      'default-line: "12345"\nlines:\n  "12345": { front: direct, language: yue, person: { queue: general } }\n'
    const { session, first } = await begun(direct)
    const greeted = await begun(direct.replace('yue,', 'yue, greeting: welcome,'))

    expect(kinds(first)).toEqual(['done'])
    expect(session.result).toMatchObject({ queue: 'general', language: 'yue', path: [], reason: 'direct' })
    expect(said(greeted.first)).toEqual(['yue/welcome'])
    expect(kinds(greeted.session.send({ type: 'PLAYED' }))).toEqual(['done'])
  })

  test('a number that no line names is answered as the default line', async () => {
    const session = new IvrSession({ menus: await menusOf(soundMenu), line: '99999' })

    expect(said(session.start())[0]).toBe('cmn/welcome')
  })

  test('the late echo of an older playback or silence is not taken for the present one', async () => {
    const { session, press } = await begun()
    press('1')

    expect(session.send({ type: 'PLAYED', turn: 1 })).toEqual([])
    expect(kinds(session.send({ type: 'PLAYED', turn: 2 }))).toEqual(['listen'])
    expect(session.send({ type: 'TIMEOUT', turn: 1 })).toEqual([])
  })

  test('what comes after the end changes nothing', async () => {
    const { session, press } = await begun()
    press('0')
    const { result } = session

    expect(press('11')).toEqual([])
    expect(session.send({ type: 'PLAYED' })).toEqual([])
    expect(session.start()).toEqual([])
    expect(session.result).toEqual(result)
  })

  test('a caller who walks in circles is brought to a person', async () => {
    const { session, press } = await begun()

    for (let round = 0; round < 70 && !session.result; round += 1) press('9')

    expect(session.result).toMatchObject({ queue: 'general', reason: 'too-many-turns' })
  })
})

describe('ivr session - stored and taken up again', () => {
  const stored = (session: IvrSession) => JSON.parse(JSON.stringify(session.snapshot())) as StoredIvrSession

  test('says again what the caller may have missed, in the language and menu left', async () => {
    const { session, press } = await begun()
    press('2')
    session.send({ type: 'PLAYED' })

    const again = IvrSession.restore({ menus, stored: stored(session) })

    expect(said(again.resume())).toEqual(['en/choose-tax'])
    expect(again.language).toBe('en')
    expect(again.path).toEqual(['first:2'])
    expect(kinds(pressOn(again)('1'))).toEqual(['stopPlaying', 'done'])
  })

  test('what was heard to its end, as the greeting, is not said again', async () => {
    const { session } = await begun()
    session.send({ type: 'PLAYED' })

    const again = IvrSession.restore({ menus, stored: stored(session) })

    expect(said(again.resume())).toEqual(['cmn/choose-language', 'en/choose-language'])
  })

  test('one that had not begun begins', async () => {
    menus = await menusOf(soundMenu)
    const again = IvrSession.restore({ menus, stored: stored(new IvrSession({ menus, line: '12345' })) })

    expect(said(again.resume())[0]).toBe('cmn/welcome')
  })

  test('one that was done says its result again', async () => {
    const { session, press } = await begun()
    press('11')

    const again = IvrSession.restore({ menus, stored: stored(session) })

    expect(again.result).toEqual(session.result)
    expect(again.resume()).toEqual([{ kind: 'done', result: session.result }])
  })

  test('one that was saying goodbye says it again and still ends', async () => {
    const { session, press } = await begun()
    press('12')

    const again = IvrSession.restore({ menus, stored: stored(session) })

    expect(said(again.resume())).toEqual(['cmn/goodbye'])
    again.send({ type: 'PLAYED' })
    expect(again.result).toMatchObject({ kind: 'hangup' })
  })

  test('misses already counted still count', async () => {
    const { session, press } = await begun()
    press('77')
    const again = IvrSession.restore({ menus, stored: stored(session) })
    again.resume()

    pressOn(again)('7')

    expect(again.result).toMatchObject({ reason: 'no-valid-key' })
  })

  test('a menu that is gone meanwhile leads to a person', async () => {
    const { session, press } = await begun()
    press('1')
    const changed = await menusOf(soundMenu.replaceAll('second', 'other'))

    const again = IvrSession.restore({ menus: changed, stored: stored(session) })
    again.resume()

    expect(again.result).toMatchObject({ queue: 'general', reason: 'menu-gone' })
  })
})
