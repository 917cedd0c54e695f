import { expect, test } from 'vitest'
import { RtpSourceLock } from '../../../../src/embedded/rtp/rtp-source-lock.ts'

const named = { address: '192.0.2.2', port: 4000 }
const elsewhere = { address: '127.0.0.1', port: 4000 }

function lockFor(address: string): RtpSourceLock {
  const lock = new RtpSourceLock()
  lock.allow([address])
  return lock
}

test('source lock - the address that signalling named is heard at once', () => {
  expect(lockFor(named.address).accepts(named, 0)).toBe(true)
})

test('source lock - a phone that sends from another address than it names is heard from its tenth packet on', () => {
  const lock = lockFor(named.address)

  const heard = Array.from({ length: 12 }, (_, n) => lock.accepts(elsewhere, n * 20))

  expect(heard).toEqual([...Array(9).fill(false), true, true, true])
  expect(lock.current).toEqual(elsewhere)
})

test('source lock - strangers who take turns are not heard', () => {
  const lock = lockFor(named.address)

  const heard = Array.from({ length: 40 }, (_, n) => lock.accepts({ ...elsewhere, port: 4000 + (n % 2) }, n * 20))

  expect(heard.some(Boolean)).toBe(false)
})

test('source lock - once somebody is heard, no stranger takes over', () => {
  const lock = lockFor(named.address)
  lock.accepts(named, 0)

  const heard = Array.from({ length: 40 }, (_, n) => lock.accepts(elsewhere, 1000 + n * 20))

  expect(heard.some(Boolean)).toBe(false)
})
