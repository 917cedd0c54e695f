import { expect, test } from 'vitest'
import { LoginRefused } from '../../../src/users/errors.ts'
import { LoginGuard } from '../../../src/users/login-guard.ts'
import { SetClock } from '../../support/set-clock.ts'

const minute = 60_000

function guarded() {
  const clock = new SetClock()
  const guard = new LoginGuard({ clock })
  /** What a try came to: `in`, or the code of the refusal. */
  const attempt = (username: string, address: string, password: 'right' | 'wrong') =>
    guard
      .run({ username, address }, async () => {
        if (password === 'wrong') throw new LoginRefused('wrong')
      })
      .then(
        () => 'in',
        (error: { code: string }) => error.code,
      )
  return { clock, attempt }
}

test('login guard - the sixth guess of a name is not looked at, not even when it is right, until a minute is over', async () => {
  const { clock, attempt } = guarded()
  for (let guess = 1; guess <= 5; guess += 1) expect(await attempt('wang', 'a', 'wrong')).toBe('login-refused')

  expect(await attempt('wang', 'a', 'right')).toBe('too-many-requests')
  clock.advance(minute)
  expect(await attempt('wang', 'a', 'right')).toBe('in')
})

test('login guard - guesses sent all at once are counted like guesses one after another', async () => {
  const { attempt } = guarded()

  const answers = await Promise.all(Array.from({ length: 40 }, () => attempt('wang', 'a', 'wrong')))

  expect(answers.filter((answer) => answer === 'login-refused').length).toBe(5)
})

test('login guard - one address with a new name each time is stopped after fifty, others are not', async () => {
  const { attempt } = guarded()

  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => attempt(`name-${index}`, 'a', 'wrong')))

  // Four are looked at at one time, so three more may be under way when the fiftieth fails.
  const looked = answers.filter((answer) => answer === 'login-refused').length
  expect(looked).toBeGreaterThanOrEqual(50)
  expect(looked).toBeLessThanOrEqual(53)
  expect(await attempt('wang', 'a', 'right')).toBe('too-many-requests')
  expect(await attempt('wang', 'b', 'right')).toBe('in')
})

test('login guard - a room of two hundred that logs in at eight from one address all come in', async () => {
  const { attempt } = guarded()

  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => attempt(`name-${index}`, 'a', 'right')))

  expect(new Set(answers)).toEqual(new Set(['in']))
})

test('login guard - one name from many addresses is stopped, but its owner comes in from a known one', async () => {
  const { attempt } = guarded()
  await attempt('wang', 'home', 'right')
  for (let guess = 0; guess < 30; guess += 1) await attempt('wang', `bot-${guess}`, 'wrong')

  expect(await attempt('wang', 'bot-100', 'wrong')).toBe('too-many-requests')
  expect(await attempt('wang', 'home', 'right')).toBe('in')
})

test('login guard - logging in forgets the mistypings before it', async () => {
  const { attempt } = guarded()
  for (let guess = 1; guess <= 4; guess += 1) await attempt('wang', 'a', 'wrong')

  expect(await attempt('wang', 'a', 'right')).toBe('in')
  for (let guess = 1; guess <= 4; guess += 1) expect(await attempt('wang', 'a', 'wrong')).toBe('login-refused')
  expect(await attempt('wang', 'a', 'right')).toBe('in')
})
