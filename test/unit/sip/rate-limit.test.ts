import { expect, test } from 'vitest'
import { RateLimit } from '../../../sip/rate-limit.ts'
import { SetClock } from '../../support/set-clock.ts'

const allowed = (limit: RateLimit, source: string, attempts: number) =>
  Array.from({ length: attempts }, () => limit.allow(source)).filter(Boolean).length

test('rate limit - a source gets one second’s worth at once and no more', () => {
  const limit = new RateLimit({ perSecond: 5, clock: new SetClock() })

  expect(allowed(limit, 'a', 100)).toBe(5)
})

test('rate limit - a second later it gets as much again, half a second later half of it', () => {
  const clock = new SetClock()
  const limit = new RateLimit({ perSecond: 10, clock })
  allowed(limit, 'a', 100)

  clock.advance(500)
  expect(allowed(limit, 'a', 100)).toBe(5)
  clock.advance(60_000)
  expect(allowed(limit, 'a', 100)).toBe(10)
})

test('rate limit - somebody who keeps knocking is let through at the steady rate', () => {
  const clock = new SetClock()
  const limit = new RateLimit({ perSecond: 10, clock })
  let passed = 0
  for (let step = 0; step < 1000; step += 1) {
    passed += allowed(limit, 'a', 1)
    clock.advance(10)
  }

  expect(passed).toBeGreaterThanOrEqual(100)
  expect(passed).toBeLessThanOrEqual(111)
})

test('rate limit - one source costs the others nothing, however many there are', () => {
  const limit = new RateLimit({ perSecond: 2, clock: new SetClock() })
  allowed(limit, 'flooding', 50)

  for (let source = 0; source < 20_000; source += 1) expect(limit.allow(`source ${source}`)).toBe(true)
})

test('rate limit - a clock that is set back locks nobody out for longer than it takes to fill again', () => {
  const times = [10_000, 10_000, 0, 1000]
  const limit = new RateLimit({ perSecond: 1, clock: { now: () => times.shift() ?? 0, after: () => () => {} } })

  expect([limit.allow('a'), limit.allow('a'), limit.allow('a'), limit.allow('a')]).toEqual([true, false, false, true])
})
