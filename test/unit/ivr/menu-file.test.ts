import { describe, expect, test } from 'vitest'
import { readMenus } from '../../../src/ivr/index.ts'
import { faultsIn, menusOf, soundMenu, soundMenuWith, temporaryMenus } from './menu-project.ts'

/** A menu that only a line of its own leads to. */
const aside = '  aside:\n    prompts: choose-tax\n    keys: { 1: person }\n'

test('menu file - a sound one is read with what it leaves out filled in', async () => {
  const menus = await menusOf(soundMenu)

  expect(menus.defaultLine.number).toBe('12345')
  expect(menus.languages).toEqual(['cmn', 'en', 'yue'])
  expect(menus.menus.get('first')).toMatchObject({
    waitSeconds: 6,
    attempts: 3,
    invalid: [{ name: 'invalid-key' }],
    silence: [{ name: 'no-input' }],
    exhausted: { kind: 'person' },
  })
  expect(menus.menus.get('second')?.keys.get('1')?.to).toEqual({
    kind: 'queue',
    queue: 'tax',
    skills: ['income'],
    priority: 2,
  })
})

test('menu file - one saved by Windows, with a byte-order mark and CR LF, reads the same', async () => {
  const menus = await menusOf(`\uFEFF${soundMenu.replaceAll('\n', '\r\n')}`)

  expect([...menus.menus.keys()]).toEqual(['first', 'second'])
})

describe('menu file - one mistake is refused with file and line', () => {
  test.each([
    {
      what: 'a key that leads to an unknown menu',
      text: soundMenuWith('1: { label: 税务, menu: second }', '1: { menu: secnd }'),
      fault: 'main.yaml:13: key 1 leads to "secnd", which no menu defines, did you mean "second"?',
    },
    {
      what: 'a menu whose attempts lead to an unknown menu',
      text: soundMenuWith('attempts: 2', 'exhausted: { menu: nowhere }'),
      fault: 'main.yaml:16: menu "second", exhausted, leads to "nowhere", which no menu defines',
    },
    {
      what: 'a queue that is not configured',
      text: soundMenuWith('queue: tax', 'queue: taxi'),
      fault: 'main.yaml:21: key 1 leads to queue "taxi", which is not configured, did you mean "tax"?',
    },
    {
      what: "a person's queue that is not configured",
      text: soundMenuWith('queue: general', 'queue: nobody'),
      fault: 'main.yaml:3: line "12345" leads to queue "nobody", which is not configured',
    },
    {
      what: 'a key given twice',
      text: soundMenuWith('9: repeat', '1: repeat'),
      fault: 'main.yaml:15: "keys" has "1" twice, first in line 13',
    },
    {
      what: 'a menu given twice in one file',
      text: `${soundMenu}  second:\n    prompts: choose-tax\n    keys: { 1: person }\n`,
      fault: 'main.yaml:24: "menus" has "second" twice, first in line 16',
    },
    {
      what: 'a menu that nothing leads to',
      text: soundMenu + aside,
      fault: 'main.yaml:24: menu "aside" is never reached by any line or key',
    },
    {
      what: 'a menu that no key leads out of',
      text: soundMenuWith('"*": { menu: first }', '3: { menu: trap }').concat(
        '  trap:\n    prompts: choose-tax\n    keys: { 1: repeat, 2: { menu: trap } }\n',
      ),
      fault:
        'main.yaml:24: menu "trap": no key leads out to a queue, a person or a hang-up, not even through other menus',
    },
    {
      what: 'a menu that a silent caller never gets out of',
      text: soundMenuWith('attempts: 2', 'exhausted: { menu: second }'),
      fault:
        'main.yaml:16: menu "second": a silent caller goes round for ever, "exhausted" only leads from menu to menu',
    },
    {
      what: 'an attempt limit that throws the caller out',
      text: soundMenuWith('attempts: 2', 'exhausted: hangup'),
      fault:
        'main.yaml:19: "exhausted" must be person, or lead to a menu or a queue: a hotline never throws a caller out',
    },
    {
      what: 'key 0, which is not for menus to give away',
      text: soundMenuWith('9: repeat', '0: repeat'),
      fault: 'main.yaml:15: key 0 always leads to a person and is not given in a menu',
    },
    {
      what: 'a key no telephone has',
      text: soundMenuWith('9: repeat', '12: repeat'),
      fault: 'main.yaml:15: "12" is not a key: 1 to 9, "*", "#" or A to D',
    },
    {
      what: 'a key * without quotes',
      text: soundMenuWith('"*":', '*:'),
      fault: 'main.yaml:23: the key * is written "*", with quotes: YAML means something else by a bare *',
    },
    {
      what: 'a key that does nothing',
      text: soundMenuWith('9: repeat', '9: { label: nothing }'),
      fault:
        'main.yaml:15: key 9 does nothing; it needs one of menu, queue, repeat, person, hangup, or language, or play',
    },
    {
      what: 'a label in a language that no page has',
      text: soundMenuWith('label: 税务', 'label: { zh: 税务, fr: impôts }'),
      fault: 'main.yaml:13: "label" has no field "fr"',
    },
    {
      what: 'a label without a text',
      text: soundMenuWith('label: 税务', 'label: {}'),
      fault: 'main.yaml:13: "label" needs a text, or "zh", "en" or both',
    },
    {
      what: 'a key that is a word of another meaning',
      text: soundMenuWith('9: repeat', '9: again'),
      fault: 'main.yaml:15: key 9 must be repeat, person, hangup or a mapping, not "again"',
    },
    {
      what: 'a key that leads two ways',
      text: soundMenuWith('{ menu: first }', '{ menu: first, queue: tax }'),
      fault: 'main.yaml:23: key * leads to "menu" and to "queue"; only one can be',
    },
    {
      what: 'skills without a queue',
      text: soundMenuWith('{ menu: first }', '{ menu: first, skills: [income] }'),
      fault: 'main.yaml:23: key * has skills or priority, which mean nothing without "queue"',
    },
    {
      what: 'a field that does not exist, with the nearest one that does',
      text: soundMenuWith('    attempts: 2', '    atempts: 2'),
      fault: 'main.yaml:19: menu "second" has no field "atempts", did you mean "attempts"?',
    },
    {
      what: 'a field with two letters swapped',
      text: soundMenuWith('    wait: 4', '    wiat: 4'),
      fault: 'main.yaml:18: menu "second" has no field "wiat", did you mean "wait"?',
    },
    {
      what: 'a field that resembles nothing',
      text: soundMenuWith('    attempts: 2', '    colour: red'),
      fault: 'main.yaml:19: menu "second" has no field "colour"',
    },
    {
      what: 'a part of the file that does not exist',
      text: `${soundMenu}menu: {}\n`,
      fault: 'main.yaml:24: the file has no field "menu", did you mean "menus"?',
    },
    {
      what: 'a number that is a word',
      text: soundMenuWith('wait: 4', 'wait: soon'),
      fault: 'main.yaml:18: "wait" must be a number from 1 to 60, not "soon"',
    },
    {
      what: 'a number out of range',
      text: soundMenuWith('attempts: 2', 'attempts: 11'),
      fault: 'main.yaml:19: "attempts" must be a whole number from 1 to 10, not "11"',
    },
    {
      what: 'a priority below that of everybody, which no queue would heed',
      text: soundMenuWith('priority: 2', 'priority: -2'),
      fault: 'main.yaml:21: "priority" must be a whole number from 0 to 100, not "-2"',
    },
    {
      what: 'half an attempt',
      text: soundMenuWith('attempts: 2', 'attempts: 1.5'),
      fault: 'main.yaml:19: "attempts" must be a whole number from 1 to 10, not "1.5"',
    },
    {
      what: 'a prompt that climbs out of its folder',
      text: soundMenuWith('prompts: choose-tax', 'prompts: ../../secret'),
      fault:
        'main.yaml:17: "prompts" must be the name of a prompt (name, or language/name) or a list of such, not "../../secret"',
    },
    {
      what: 'a menu without prompts',
      text: soundMenuWith('    prompts: choose-tax\n', ''),
      fault: 'main.yaml:16: menu "second" needs "prompts"',
    },
    {
      what: 'a line with front direct and a menu',
      text: soundMenuWith('front: menu', 'front: direct'),
      fault: 'main.yaml:7: line "12345" has front direct, so it has no "menu"',
    },
    {
      what: 'a front that is neither',
      text: soundMenuWith('front: menu', 'front: robot'),
      fault: 'main.yaml:4: "front" must be "menu" or "direct", not "robot"',
    },
    {
      what: 'a line that leads to no person',
      text: soundMenuWith('    person: { queue: general }\n', ''),
      fault: 'main.yaml:3: line "12345" needs "person": the queue that 0 and every dead end lead to',
    },
    {
      what: 'a language nobody recorded',
      text: soundMenuWith('language: en', 'language: hak'),
      fault: 'main.yaml:14: key 2 names language "hak", which has no prompts (known are cmn, en, yue)',
    },
    {
      what: 'a default line that does not exist',
      text: soundMenuWith('default-line: "12345"', 'default-line: "12366"'),
      fault: 'main.yaml:1: "default-line" names "12366", which no line defines',
    },
    {
      what: 'several lines of which none answers for the rest',
      text: soundMenuWith('default-line: "12345"', '# none').replace(
        'lines:\n',
        'lines:\n  "12366": { front: direct, language: cmn, person: { queue: tax } }\n',
      ),
      fault: 'main.yaml:3: with several lines, "default-line" must name the one that answers for any other number',
    },
    {
      what: 'a tab',
      text: soundMenuWith('      "*":', '\t"*":'),
      fault: 'main.yaml:23: a tab is used for indentation; YAML allows spaces only',
    },
    {
      what: 'a second document, which a parser could drop without a word',
      text: `${soundMenu}---\n${soundMenu}`,
      fault: 'main.yaml:24: a second document begins here ("---"); a menu file holds one',
    },
    {
      what: 'a tag that asks for code',
      text: soundMenuWith('prompts: choose-tax', 'prompts: !!js/function choose-tax'),
      fault: 'main.yaml:17: Unresolved tag: tag:yaml.org,2002:js/function',
    },
    {
      what: 'an empty file',
      text: '# nothing yet\n',
      fault: 'main.yaml:1: the file is empty; it needs "menus", "lines" or both',
    },
    {
      what: 'nesting without end',
      text: `menus: ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      fault: 'main.yaml:1: nested too deeply',
    },
    { what: 'a huge file', text: '#'.repeat(300_000), fault: 'main.yaml:1: the file is larger than 256 kB' },
  ])('$what', async ({ text, fault }) => {
    expect(await faultsIn(text)).toEqual([fault])
  })
})

describe('menu file - a mistake that cuts others off is told among what follows from it', () => {
  test.each([
    {
      what: 'a line that leads to an unknown menu',
      text: soundMenuWith('menu: first', 'menu: elsewhere') + aside.replace('aside', 'first-aid'),
      fault: 'main.yaml:3: line "12345" leads to "elsewhere", which no menu defines',
    },
    {
      what: 'a list where a mapping belongs',
      text: soundMenu.replace(/ {4}keys:\n.*? {2}second/s, '    keys: [1, 2]\n  second'),
      fault: 'main.yaml:12: "keys" must be a mapping (name: value)',
    },
    {
      what: 'a line with front menu and no menu',
      text: soundMenuWith('    menu: first\n', ''),
      fault: 'main.yaml:3: line "12345" has front menu, so it needs "menu"',
    },
  ])('$what', async ({ text, fault }) => {
    expect(await faultsIn(text)).toContain(fault)
  })
})

test('menu file - a label is one text for both languages, or one for each', async () => {
  const { folder } = await temporaryMenus({
    'main.yaml': soundMenuWith('label: 税务', 'label: { zh: 税务, en: Tax }').replace(
      '9: repeat',
      '9: { label: 重听, repeat: true }',
    ),
  })

  const keys = (await readMenus(folder)).menus.get('first')?.keys

  expect(keys?.get('1')?.label).toEqual({ zh: '税务', en: 'Tax' })
  expect(keys?.get('9')?.label).toEqual({ zh: '重听', en: '重听' })
})

test('menu file - one that is not UTF-8 is refused by name', async () => {
  const gbk = Uint8Array.from([0x23, 0x20, 0xc4, 0xe3, 0xba, 0xc3, 0x0a])

  expect(await faultsIn(gbk)).toEqual([expect.stringMatching(/^main\.yaml:1: the file is not UTF-8 text/)])
})

test('menu file - an alias bomb is refused before it unfolds', async () => {
  const levels = Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n}, `.repeat(20)}]`)
  const bomb = ['l0: &l0 [boom]', ...levels].join('\n')

  const faults = await faultsIn(bomb)

  expect(faults[0]).toBe('main.yaml:1: anchors such as &l0 are not used in menu files')
  expect(faults).toContain('main.yaml:31: aliases such as *l29 are not used in menu files (a key * is written "*")')
})

test('menu file - several mistakes are told at once, in the order of lines', async () => {
  const text = soundMenuWith('wait: 4', 'wait: 0')
    .replace('front: menu', 'front: men')
    .replace('queue: tax', 'queue: taxi')

  expect(await faultsIn(text)).toEqual([
    'main.yaml:4: "front" must be "menu" or "direct", not "men"',
    'main.yaml:18: "wait" must be a number from 1 to 60, not "0"',
    'main.yaml:21: key 1 leads to queue "taxi", which is not configured, did you mean "tax"?',
  ])
})
