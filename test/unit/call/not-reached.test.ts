import { expect, test } from 'vitest'
import { lastNotReached } from '../../../src/call/not-reached.ts'
import type { HotlineEvent } from '../../../src/events/index.ts'

const fact = (id: string, type: string, more: object = {}) =>
  ({ id, type, data: { callId: 'c1', agentId: '8001', target: '12333', outcome: 'busy', ...more } }) as HotlineEvent
const started = fact('1', 'call.consultation-started')
const failed = fact('2', 'call.consultation-failed')

test('who could not be had last is told, with the fact that tells it', () => {
  const closed = fact('3', 'call.branch-refused', { target: '12358', outcome: 'closed' })

  expect(lastNotReached([started, failed, fact('9', 'call.returned'), closed], '8001')).toEqual({
    factId: '3',
    target: '12358',
    outcome: 'closed',
  })
})

test('nobody is told of when another was rung since, or when it was another agent’s attempt', () => {
  expect(lastNotReached([started, failed, started], '8001')).toBeNull()
  expect(lastNotReached([started, failed], '8002')).toBeNull()
  expect(lastNotReached([], '8001')).toBeNull()
})
