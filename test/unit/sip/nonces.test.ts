import { beforeEach, expect, test } from 'vitest'
import { Nonces } from '../../../sip/nonces.ts'
import { SetClock } from '../../support/set-clock.ts'

let clock: SetClock
let nonces: Nonces
beforeEach(() => {
  clock = new SetClock()
  nonces = new Nonces({ clock })
})

test('nonces - one may be used again with a rising count only', () => {
  const nonce = nonces.create()

  expect([1, 2, 2, 1, 7, 6].map((count) => nonces.use(nonce, count))).toEqual([
    'fresh',
    'fresh',
    'stale',
    'stale',
    'fresh',
    'stale',
  ])
})

test('nonces - each has its own count', () => {
  const [one, other] = [nonces.create(), nonces.create()]

  expect(nonces.use(one, 5)).toBe('fresh')
  expect(nonces.use(other, 1)).toBe('fresh')
  expect(one).not.toBe(other)
})

test('nonces - five minutes old it is stale, whether used before or not', () => {
  const [used, unused] = [nonces.create(), nonces.create()]
  nonces.use(used, 1)

  clock.advance(5 * 60_000)
  expect(nonces.use(used, 2)).toBe('fresh')
  clock.advance(1)

  expect(nonces.use(used, 3)).toBe('stale')
  expect(nonces.use(unused, 1)).toBe('stale')
})

test('nonces - one that is not ours is unknown: of another process, changed by a character, or made up', () => {
  const nonce = nonces.create()
  const later = clock.now() + 60 * 60_000
  const forged = `${later.toString(36)}${nonce.slice(nonce.indexOf('.'))}`

  const foreign = [
    new Nonces({ clock }).create(),
    forged,
    nonce.slice(0, -1),
    `${nonce}x`,
    '',
    '.',
    'x'.repeat(10_000),
    '\0',
  ]

  for (const text of foreign) expect(nonces.use(text, 1)).toBe('unknown')
  expect(nonces.use(nonce, 1)).toBe('fresh')
})

test('nonces - a count that is no number is not fresh', () => {
  expect(nonces.use(nonces.create(), 0)).toBe('stale')
})
