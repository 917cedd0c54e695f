import { expect, test } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { ownLog } from '../../support/own-log.ts'
import { recordAnsweredCall, recordWaitingCall } from '../../support/recorded-calls.ts'

const own = ownLog()
const at = Date.parse('2026-11-22T08:00:00Z')

/** An agent's phone is rung for a call, and rejects it. */
function rejects(agentId: string, callId: string, time: number): void {
  const rung = { agentId, callId, legId: newId() }
  own.log.append('agent.offered', { ...rung, queue: 'tax', extension: agentId }, time)
  const why = { outcome: 'rejected', cause: 'CALL_REJECTED', sipStatus: 603, afterMs: 2000 } as const
  own.log.append('agent.offer-failed', { ...rung, ...why }, time + 2000)
}

test("a call's timeline - who was rung for it, for how long, and why it was not answered; of no other call", async () => {
  const other = recordWaitingCall(own.log, { queue: 'tax', queuedAt: at })
  rejects('8009', other, at + 1000)
  const callId = newId()
  rejects('8001', callId, at + 1000)
  recordAnsweredCall(own.log, { callId, queue: 'tax', queuedAt: at, answeredAt: at + 9000, releasedAt: at + 60_000 })

  const told = await own.log.timeline(callId)

  expect(told.map(({ type }) => type)).toEqual([
    ...['agent.offered', 'agent.offer-failed'],
    ...['call.offered', 'call.queued', 'call.answered', 'call.released'],
  ])
  expect(told[1]?.data).toMatchObject({ agentId: '8001', outcome: 'rejected', sipStatus: 603, afterMs: 2000 })
  expect(told.map(({ sequence }) => sequence)).toEqual(told.map(({ sequence }) => sequence).sort((a, b) => a - b))
})

test('the timeline of a call nobody knows is empty', async () => {
  rejects('8001', newId(), at)

  expect(await own.log.timeline(newId())).toEqual([])
})
