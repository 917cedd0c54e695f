import { expect, test } from 'vitest'
import { RtpSourceLock } from '../../../../src/embedded/rtp/rtp-source-lock.ts'

const named = { address: '192.0.2.2', port: 4000 }
const elsewhere = { address: '127.0.0.1', port: 4000 }

function lockFor(source: { address: string; port: number }): RtpSourceLock {
  const lock = new RtpSourceLock()
  lock.allow(source)
  return lock
}

test('source lock - the address that signalling named is heard at once', () => {
  expect(lockFor(named).accepts(named, 0)).toBe(true)
})

test('source lock - a phone that sends from another address than it names is heard from its tenth packet on', () => {
  const lock = lockFor(named)

  const heard = Array.from({ length: 12 }, (_, n) => lock.accepts(elsewhere, n * 20))

  expect(heard).toEqual([...Array(9).fill(false), true, true, true])
  expect(lock.current).toEqual(elsewhere)
})

test('source lock - strangers who take turns are not heard', () => {
  const lock = lockFor(named)

  const heard = Array.from({ length: 40 }, (_, n) => lock.accepts({ ...elsewhere, port: 4000 + (n % 2) }, n * 20))

  expect(heard.some(Boolean)).toBe(false)
})

test('source lock - once somebody is heard, no stranger takes over', () => {
  const lock = lockFor(named)
  lock.accepts(named, 0)

  const heard = Array.from({ length: 40 }, (_, n) => lock.accepts(elsewhere, 1000 + n * 20))

  expect(heard.some(Boolean)).toBe(false)
})

test('source lock - the port that was named takes over from another of its address that still sends', () => {
  const lock = lockFor(named)
  const straggler = { ...named, port: 5000 }
  expect(lock.accepts(straggler, 0)).toBe(true)

  expect(lock.accepts(named, 20)).toBe(true)

  expect(lock.accepts(straggler, 40)).toBe(false)
  expect(lock.current).toEqual(named)
})

test('source lock - another port of the address is heard when the named one has been silent for half a second', () => {
  const lock = lockFor(named)
  lock.accepts(named, 0)
  const another = { ...named, port: 5000 }

  expect(lock.accepts(another, 400)).toBe(false)
  expect(lock.accepts(another, 500)).toBe(true)
})
