import type { Language, PromptName } from './menu-snapshot.ts'

export const largestSpokenNumber = 999

/** How a language builds its numbers from recorded words. */
interface Numerals {
  readonly words: readonly PromptName[]
  /** 0 to 999 as one says a number: "twelve", 十二. */
  speak(n: number): PromptName[]
  /** The same before a thing counted: 两分钟, not 二分钟. */
  count(n: number): PromptName[]
}

const digits = Array.from({ length: 10 }, (_, digit) => `n${digit}`)
const teens = Array.from({ length: 10 }, (_, ten) => `n${10 + ten}`)
const tens = Array.from({ length: 8 }, (_, ten) => `n${(ten + 2) * 10}`)

const phrases: readonly PromptName[] = [
  'position-before',
  'position-after',
  'next-in-queue',
  'wait-before',
  'wait-minute',
  'wait-minutes',
  'wait-under-a-minute',
  'wait-over-an-hour',
]

/** Words for 0 to 999 in order of speaking, as prompt names. Throws RangeError for any other number. */
export function speakNumber(language: Language, n: number): PromptName[] {
  return numeralsOf(language).speak(checked(n))
}

/** "You are number … in the queue." Whoever is first is told so; beyond 999 only that everybody is busy. */
export function speakPosition(language: Language, position: number): PromptName[] {
  if (position > largestSpokenNumber) return ['all-agents-busy']
  if (position <= 1) return ['next-in-queue']
  return ['position-before', ...speakNumber(language, position), 'position-after']
}

/**
 * "The expected wait is … minutes" for a wait in seconds. Exact minutes up to ten, then steps of five, as an
 * estimate that claims more would be a promise nobody can keep.
 */
export function speakExpectedWait(language: Language, seconds: number): PromptName[] {
  if (!(seconds >= 60)) return ['wait-under-a-minute']
  const minutes = Math.ceil(seconds / 60)
  const said = minutes <= 10 ? minutes : Math.ceil(minutes / 5) * 5
  if (said > 60) return ['wait-over-an-hour']
  return ['wait-before', ...numeralsOf(language).count(said), said === 1 ? 'wait-minute' : 'wait-minutes']
}

/** Every prompt that the functions above can name in this language. */
export function numberPrompts(language: Language): PromptName[] {
  return [...numeralsOf(language).words, ...phrases]
}

function checked(n: number): number {
  if (Number.isInteger(n) && n >= 0 && n <= largestSpokenNumber) return n
  throw new RangeError(`${n} cannot be spoken: only whole numbers from 0 to ${largestSpokenNumber}`)
}

function chinese({ twoHundred }: { twoHundred: PromptName }): Numerals {
  const speak = (n: number): PromptName[] => (n < 100 ? underHundred(n, 10) : [...hundreds(n), ...rest(n % 100)])
  const hundreds = (n: number) => [n < 300 && n >= 200 ? twoHundred : `n${Math.floor(n / 100)}`, 'hundred']
  // 一百零五, but 一百一十五: after a hundred the ten is counted too.
  const rest = (n: number) => (n === 0 ? [] : n < 10 ? ['n0', `n${n}`] : underHundred(n, 0))
  const underHundred = (n: number, bareTensBelow: number): PromptName[] => {
    const ten = Math.floor(n / 10)
    if (ten === 0) return [`n${n}`]
    const counted = ten === 1 && bareTensBelow > 0 ? [] : [`n${ten}`]
    return [...counted, 'n10', ...(n % 10 === 0 ? [] : [`n${n % 10}`])]
  }
  return { words: [...digits, 'n10', 'hundred', 'liang'], speak, count: (n) => (n === 2 ? ['liang'] : speak(n)) }
}

function english(): Numerals {
  const underHundred = (n: number): PromptName[] => {
    if (n < 20) return [`n${n}`]
    return [`n${Math.floor(n / 10) * 10}`, ...(n % 10 === 0 ? [] : [`n${n % 10}`])]
  }
  const speak = (n: number): PromptName[] => {
    if (n < 100) return underHundred(n)
    return [`n${Math.floor(n / 100)}`, 'hundred', ...(n % 100 === 0 ? [] : ['and', ...underHundred(n % 100)])]
  }
  return { words: [...digits, ...teens, ...tens, 'hundred', 'and'], speak, count: speak }
}

/** A language we have no grammar for is spoken digit by digit, which everybody understands. */
function digitByDigit(): Numerals {
  const speak = (n: number) => [...String(n)].map((digit) => `n${digit}`)
  return { words: digits, speak, count: speak }
}

// 二百 and 两百 are both said; Cantonese prefers the first, Mandarin speech the second.
const numerals: ReadonlyMap<Language, Numerals> = new Map([
  ['cmn', chinese({ twoHundred: 'liang' })],
  ['yue', chinese({ twoHundred: 'n2' })],
  ['en', english()],
])
const unknownNumerals = digitByDigit()

function numeralsOf(language: Language): Numerals {
  return numerals.get(language) ?? unknownNumerals
}
