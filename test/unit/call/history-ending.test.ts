import { expect, test } from 'vitest'
import { CallStore } from '../../../src/call/call-store.ts'
import { type EndingFact, endingOf } from '../../../src/call/history-ending.ts'
import { newId } from '../../../src/kernel/index.ts'
import { project } from '../../support/open-log.ts'
import { ownLog } from '../../support/own-log.ts'
import {
  recordAbandonedCall,
  recordAnsweredCall,
  recordCallOut,
  recordWaitingCall,
} from '../../support/recorded-calls.ts'

const unanswered = { answeredAt: null } as const
const fact = (type: EndingFact['type'], data: object = {}) => ({ type, data }) as EndingFact
const released = (reason: string) => fact('call.released', { reason })

test.each<[string, EndingFact[]]>([
  ['branch', [fact('call.branch-answered'), released('caller hung up')]],
  ['voicemail', [fact('call.turned-away'), fact('call.sent-to-voicemail'), fact('voicemail.left')]],
  ['noMessage', [fact('call.sent-to-voicemail'), released('no message')]],
  ['closed', [fact('call.turned-away'), fact('call.abandoned', { where: 'menu' })]],
  ['refused', [fact('call.refused'), released('nuisance caller refused')]],
  ['abandoned', [fact('call.abandoned', { where: 'queue' }), fact('callback.opened')]],
  ['left', [fact('call.abandoned', { where: 'menu' })]],
  ['callback', [fact('callback.opened'), released('caller hung up')]],
  ['callback', [released('callback asked for')]],
  ['menu', [released('menu ended the call')]],
  ['longestWait', [released('longest wait is over')]],
  ['released', [released('released by zhang')]],
  ['failed', [released('switch failed')]],
  ['failed', []],
])('a call that nobody of ours answered: %s', (ending, facts) => {
  expect(endingOf({ direction: 'inbound', ...unanswered }, facts)).toBe(ending)
})

test.each<[string, EndingFact[]]>([
  ['busy', [fact('call.not-reached', { outcome: 'busy' }), released('citizen not reached: busy')]],
  ['noAnswer', [fact('call.not-reached', { outcome: 'noAnswer' })]],
  ['agentMissed', [released('agent did not answer')]],
  ['givenUp', [released('agent hung up')]],
  ['failed', [released('hotline was restarted')]],
])('a call out that did not reach the citizen: %s', (ending, facts) => {
  expect(endingOf({ direction: 'outbound', ...unanswered }, facts)).toBe(ending)
})

const own = ownLog()

test('the history tells how each call ended, also by the message that was left and the callback that was wanted', async () => {
  const queuedAt = Date.parse('2026-11-22T08:00:00Z')
  const place = { queue: 'tax', queuedAt }
  const later = queuedAt + 20_000
  const end = { by: 'system', cause: 'NORMAL_CLEARING', talkedMs: 0 } as const
  const over = (callId: string, reason: string) =>
    own.log.append('call.released', { callId, ...end, reason, legs: [] }, later)
  const answered = recordAnsweredCall(own.log, { ...place, answeredAt: later, releasedAt: later + 1000 })
  const abandoned = recordAbandonedCall(own.log, { ...place, abandonedAt: later })
  const waiting = recordWaitingCall(own.log, place)
  const message = recordWaitingCall(own.log, place)
  const voicemail = { voicemailId: newId(), callId: message, queue: 'tax', reason: 'overflow' } as const
  own.log.append('call.sent-to-voicemail', voicemail, later)
  const sound = { line: '12345', callerNumber: '1380', language: 'cmn', durationMs: 4000, bytes: 9, sha256: 'x' }
  own.log.append('voicemail.left', { ...voicemail, ...sound }, later)
  over(message, 'caller hung up')
  const silent = recordWaitingCall(own.log, place)
  own.log.append('call.sent-to-voicemail', { ...voicemail, voicemailId: newId(), callId: silent }, later)
  over(silent, 'no message')
  const calledBack = recordWaitingCall(own.log, place)
  own.log.append('callback.merged', { callbackId: newId(), callId: calledBack, missedCalls: 0 }, later)
  over(calledBack, 'caller hung up')
  const out = recordCallOut(own.log, { agentId: '8001', queue: null, placedAt: later, releasedAt: later + 1000 })
  await project(own.log, own.db)

  const span = { from: new Date(queuedAt), to: new Date(later + 60_000) }
  const told = await new CallStore({ db: own.db }).search({ ...span, limit: 100 })

  expect(Object.fromEntries(told.map(({ callId, ending }) => [callId, ending]))).toEqual({
    [answered]: 'answered',
    [abandoned]: 'abandoned',
    [waiting]: null,
    [message]: 'voicemail',
    [silent]: 'noMessage',
    [calledBack]: 'callback',
    [out]: 'failed',
  })
})
