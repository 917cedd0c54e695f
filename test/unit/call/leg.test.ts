import { expect, test } from 'vitest'
import { Leg } from '../../../src/call/leg.ts'

test('leg - the first end told is the one recorded', () => {
  const leg = new Leg({ legId: 'a', role: 'agent', createdAt: 1 })
  leg.ringingAt = 2
  leg.end(5, 'USER_BUSY', 486)

  leg.end(9, 'NORMAL_CLEARING', 0)

  expect(leg.facts()).toEqual({
    legId: 'a',
    role: 'agent',
    createdAt: 1,
    ringingAt: 2,
    answeredAt: null,
    endedAt: 5,
    cause: 'USER_BUSY',
    sipStatus: 486,
  })
})

test('leg - a SIP status that is known only later completes the record', () => {
  const leg = new Leg({ legId: 'a', role: 'agent', createdAt: 1 })
  leg.end(5, 'USER_BUSY', 0)

  leg.end(6, 'USER_BUSY', 486)

  expect(leg.facts()).toMatchObject({ endedAt: 5, sipStatus: 486 })
})
