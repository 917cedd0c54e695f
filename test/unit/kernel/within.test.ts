import { expect, test } from 'vitest'
import { within } from '../../../src/kernel/index.ts'
import { SetClock } from '../../support/set-clock.ts'

const never = new Promise<never>(() => {})

test('within - waits no longer than it is told', async () => {
  const clock = new SetClock()
  let over = false
  const waiting = within(clock, never, 1000).then(() => {
    over = true
  })
  await clock.advance(999)
  expect(over).toBe(false)

  await clock.advance(1)
  await waiting

  expect(over).toBe(true)
})

test('within - is over with what it waits for, and rejects as that does', async () => {
  const clock = new SetClock()

  await within(clock, Promise.resolve(), 1000)

  await expect(within(clock, Promise.reject(new Error('refused')), 1000)).rejects.toThrow('refused')
})
