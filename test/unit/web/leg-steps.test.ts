import { expect, test } from 'vitest'
import { type LegFacts, legSteps } from '../../../web/src/supervisor/leg-steps.ts'

const leg = (role: LegFacts['role'], times: Partial<LegFacts>): LegFacts => ({
  legId: `${role} ${times.createdAt}`,
  role,
  createdAt: null,
  ringingAt: null,
  answeredAt: null,
  endedAt: null,
  cause: 'NORMAL_CLEARING',
  sipStatus: 200,
  ...times,
})
const caller = leg('caller', { createdAt: 0, answeredAt: 1, endedAt: 90 })
const missed = leg('agent', { createdAt: 10, ringingAt: 11, endedAt: 18, cause: 'NO_ANSWER', sipStatus: 0 })
const agent = leg('agent', { createdAt: 20, ringingAt: 21, answeredAt: 25, endedAt: 91 })
const ends = (by: string, reason: string) =>
  legSteps({ legs: [caller, missed, agent], by, reason })
    .filter(({ words }) => words.startsWith('BYE'))
    .map(({ leg: which, fromPhone }) => [which, fromPhone])

test('ladder - messages stand in their order, asked and answered by the right side', () => {
  const steps = legSteps({ legs: [caller, missed, agent], by: 'caller', reason: 'caller hung up' })

  expect(steps.map(({ leg: which, words, fromPhone }) => `${which} ${fromPhone ? '→' : '←'} ${words}`)).toEqual([
    '0 → INVITE',
    '0 ← 200 OK',
    '1 ← INVITE',
    '1 → 180 Ringing',
    '1 ← CANCEL',
    '2 ← INVITE',
    '2 → 180 Ringing',
    '2 → 200 OK',
    '0 → BYE NORMAL_CLEARING',
    '2 ← BYE NORMAL_CLEARING',
  ])
})

test('ladder - the BYE comes from the phone of who hung up, and from us where nobody did', () => {
  expect(ends('caller', 'caller hung up')).toEqual([
    [0, true],
    [2, false],
  ])
  expect(ends('agent', 'agent hung up')).toEqual([
    [0, false],
    [2, true],
  ])
  expect(ends('agent', 'released by 8001')).toEqual([
    [0, false],
    [2, false],
  ])
})

test('ladder - a phone that refuses says so itself', () => {
  const busy = leg('third', { createdAt: 5, endedAt: 6, cause: 'USER_BUSY', sipStatus: 486 })

  expect(legSteps({ legs: [busy], by: 'caller', reason: 'caller hung up' }).at(-1)).toEqual({
    at: 6,
    leg: 0,
    words: '486 USER_BUSY',
    fromPhone: true,
  })
})
