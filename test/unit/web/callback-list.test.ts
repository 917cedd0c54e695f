import { expect, test } from 'vitest'
import { type CallbackFact, follow } from '../../../web/src/desk/callback-list.ts'
import type { Callback } from '../../../web/src/desk/views.ts'

const time = '2026-11-23T08:00:00.000Z'
const at = Date.parse(time)

function fact<T extends CallbackFact['type']>(type: T, data: Extract<CallbackFact, { type: T }>['data']): CallbackFact {
  return { id: type, time, type, data } as CallbackFact
}

function opened(callbackId: string): CallbackFact {
  const need = { line: '12345', language: 'cmn', skills: [], priority: 0, queue: 'general', queuedAt: null }
  const origin = { kind: 'missed', openedBy: null, callId: null, missedCalls: 1 } as const
  const fresh = { callbackId, callerNumber: `1380000000${callbackId}`, expiresAt: at + 60_000 }
  return fact('callback.opened', { ...fresh, ...need, ...origin })
}

const after = (...facts: readonly CallbackFact[]) => facts.reduce(follow, [] as readonly Callback[])

test('a list by facts - what is opened stands last, with all that a desk shows of it', () => {
  const list = after(opened('1'), opened('2'))

  expect(list.map(({ number }) => number)).toEqual(['13800000001', '13800000002'])
  expect(list[1]).toMatchObject({
    state: 'resting',
    openedAt: time,
    expiresAt: '2026-11-23T08:01:00.000Z',
    attempts: 0,
  })
})

test('a list by facts - a citizen who calls again, an attempt and its failure change the one callback alone', () => {
  const attempt = { callbackId: '1', callId: 'a call', agentId: '8001' }
  const called = after(
    opened('1'),
    opened('2'),
    fact('callback.merged', { callbackId: '1', callId: null, missedCalls: 2 }),
    fact('callback.attempted', { ...attempt, attempt: 1 }),
  )
  const failed = follow(
    called,
    fact('callback.failed', { ...attempt, outcome: 'busy', attempts: 1, notBefore: at + 600_000 }),
  )

  expect(called.map(({ state, missedCalls }) => [state, missedCalls])).toEqual([
    ['attempting', 2],
    ['resting', 1],
  ])
  expect(failed[0]).toMatchObject({ state: 'resting', attempts: 1, notBefore: '2026-11-23T08:10:00.000Z' })
})

test('a list by facts - what is closed is gone, and a fact that comes twice changes nothing', () => {
  const closed = fact('callback.closed', { callbackId: '1', outcome: 'reached', by: '8001', reason: 'called back' })

  expect(after(opened('1'), opened('2'), opened('2'), closed, closed).map(({ callbackId }) => callbackId)).toEqual([
    '2',
  ])
})
