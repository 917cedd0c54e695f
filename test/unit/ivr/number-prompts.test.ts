import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { promptFile, speakExpectedWait, speakPosition } from '../../../src/ivr/index.ts'
import { speakNumber } from '../../../src/ivr/number-prompts.ts'
import { promptsDir } from './menu-project.ts'

const languages = ['cmn', 'yue', 'en'] as const
type Language = (typeof languages)[number]

/** What the recordings say, so that a reading can be read. */
const texts = Object.fromEntries(
  languages.map((language) => [
    language,
    parse(readFileSync(join(promptsDir, language, 'texts.yaml'), 'utf8')).texts as Record<string, string>,
  ]),
)
const words = (language: Language, prompts: readonly string[]) =>
  prompts.map((name) => texts[language]?.[name] ?? `no text for ${name}`).join(language === 'en' ? ' ' : '')

/** Samples of a recording; what is no mono 16-bit PCM at 8 kHz has none. */
function samplesOf(language: string, name: string): number {
  const wav = readFileSync(promptFile({ promptsDir, prompt: { language, name } }))
  const isTelephone = wav.readUInt16LE(20) === 1 && wav.readUInt16LE(22) === 1 && wav.readUInt32LE(24) === 8000
  return isTelephone && wav.readUInt16LE(34) === 16 ? wav.readUInt32LE(40) / 2 : 0
}

describe('numbers', () => {
  test.each([
    ['cmn', 0, '零'],
    ['cmn', 2, '二'],
    ['cmn', 10, '十'],
    ['cmn', 12, '十二'],
    ['cmn', 20, '二十'],
    ['cmn', 99, '九十九'],
    ['cmn', 100, '一百'],
    ['cmn', 105, '一百零五'],
    ['cmn', 110, '一百一十'],
    ['cmn', 115, '一百一十五'],
    ['cmn', 200, '两百'],
    ['cmn', 202, '两百零二'],
    ['cmn', 222, '两百二十二'],
    ['cmn', 999, '九百九十九'],
    ['yue', 105, '一百零五'],
    ['yue', 200, '二百'],
    ['yue', 212, '二百一十二'],
    ['en', 0, 'zero'],
    ['en', 12, 'twelve'],
    ['en', 20, 'twenty'],
    ['en', 42, 'forty two'],
    ['en', 100, 'one hundred'],
    ['en', 105, 'one hundred and five'],
    ['en', 219, 'two hundred and nineteen'],
    ['en', 999, 'nine hundred and ninety nine'],
  ] as const)('in %s %i is said %s', (language, number, reading) => {
    expect(words(language, speakNumber(language, number))).toBe(reading)
  })

  test('every one from 0 to 999 is said with recordings that exist, and no two alike', () => {
    for (const language of languages) {
      const readings = Array.from({ length: 1000 }, (_, number) => speakNumber(language, number))

      for (const name of new Set(readings.flat())) expect(samplesOf(language, name), name).toBeGreaterThan(800)
      expect(new Set(readings.map((reading) => reading.join(' '))).size).toBe(1000)
    }
  })

  test('in Mandarin and Cantonese every hundred is counted as one learns it at school', () => {
    const digit = [...'零一二三四五六七八九']
    for (let number = 100; number <= 999; number += 1) {
      const [hundreds, ten, one] = [...String(number)].map(Number) as [number, number, number]
      const tens = ten === 0 ? (one === 0 ? '' : '零') : `${digit[ten]}十`
      const rest = `百${tens}${one === 0 ? '' : digit[one]}`

      expect(words('yue', speakNumber('yue', number))).toBe(`${digit[hundreds]}${rest}`)
      expect(words('cmn', speakNumber('cmn', number))).toBe(`${hundreds === 2 ? '两' : digit[hundreds]}${rest}`)
    }
  })

  test('in a language without a grammar of its own they are said digit by digit', () => {
    expect(speakNumber('hak', 105)).toEqual(['n1', 'n0', 'n5'])
  })

  test('what is no whole number from 0 to 999 is refused', () => {
    for (const number of [-1, 1000, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => speakNumber('cmn', number)).toThrow(RangeError)
  })
})

describe('position and wait', () => {
  test('whoever is first is told to be next; beyond 999 only that everybody is busy', () => {
    expect(words('cmn', speakPosition('cmn', 1))).toBe('您是下一位，请不要挂机。')
    expect(words('cmn', speakPosition('cmn', 12))).toBe('您现在排在第十二位')
    expect(words('en', speakPosition('en', 3))).toBe('You are number three in the queue.')
    expect(speakPosition('yue', 1000)).toEqual(['all-agents-busy'])
  })

  test.each([
    ['cmn', 59, '预计等候不到一分钟。'],
    ['cmn', 60, '预计等候一分钟'],
    ['cmn', 61, '预计等候两分钟'],
    ['cmn', 600, '预计等候十分钟'],
    ['cmn', 601, '预计等候十五分钟'],
    ['cmn', 3600, '预计等候六十分钟'],
    ['cmn', 3601, '预计等候超过一个小时。'],
    ['yue', 120, '預計等候兩分鐘'],
    ['en', 60, 'The expected wait is one minute.'],
    ['en', 121, 'The expected wait is three minutes.'],
    ['en', 1900, 'The expected wait is thirty five minutes.'],
    ['en', Number.NaN, 'The expected wait is less than one minute.'],
  ] as const)('in %s a wait of %d s is said %s', (language, seconds, reading) => {
    expect(words(language, speakExpectedWait(language, seconds))).toBe(reading)
  })

  test('no wait and no position asks for a recording that is not there', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...languages),
        fc.nat(1200),
        fc.double({ min: 0, max: 1e6 }),
        (language, at, wait) => {
          const said = [...speakPosition(language, at), ...speakExpectedWait(language, wait)]

          for (const name of said) expect(texts[language]).toHaveProperty(name)
        },
      ),
    )
  })
})
