import { expect, test } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { AgentFiguresStore, HistoryStore } from '../../../src/metrics/index.ts'
import { project } from '../../support/open-log.ts'
import { ownLog } from '../../support/own-log.ts'
import { recordAgent, recordAnsweredCall, recordCallOut, recordReleased } from '../../support/recorded-calls.ts'

const begin = Date.parse('2024-11-20T09:00:00+08:00')
const at = (seconds: number) => begin + seconds * 1000
const span = { from: new Date(begin), to: new Date(at(3600)) }
const thresholds = { answerWithinMs: 15_000, shortAbandonMs: 5000 }

const own = ownLog()

async function figures() {
  await project(own.log, own.db)
  const agents = await new AgentFiguresStore({ db: own.db }).agents(span)
  const room = await new HistoryStore({ db: own.db }).intervals(span, 60, thresholds)
  return { agents: new Map(agents.map((each) => [each.agentId, each])), room }
}

/** An agent's phone answers, and the agent talks from `from` to `to`, or goes on. */
function talks(agentId: string, from: number, to?: number): void {
  recordAgent(own.log, { agentId, from: 'ringing', to: 'talking' }, at(from))
  if (to !== undefined) recordAgent(own.log, { agentId, from: 'talking', to: 'wrapUp' }, at(to))
}

/** A call that waited from 0 and that 8001 answers at 10. */
function answered(): { callId: string; agentId: string; legId: string } {
  const call = { callId: newId(), agentId: '8001', legId: newId() }
  const { callId, legId } = call
  const caller = { callerNumber: '13800000000', callerName: '', sipCallId: '', adopted: false }
  own.log.append('call.offered', { callId, line: '12345', switch: 'test', legId: newId(), ...caller }, at(0))
  const place = { queue: 'tax', skills: [], language: 'cmn', priority: 0, menuPath: [], queuedAt: at(0) }
  own.log.append('call.queued', { callId, ...place, reason: 'menu' }, at(0))
  talks('8001', 10)
  own.log.append('call.answered', { callId, queue: 'tax', agentId: '8001', legId, waitedMs: 10_000 }, at(10))
  return call
}

test('a call that is handed over counts for both agents, once each, with the time each had the caller', async () => {
  const call = answered()
  talks('8002', 40)
  own.log.append('call.transferred', { ...call, target: 'agent:8002' }, at(40))
  recordAgent(own.log, { agentId: '8001', from: 'talking', to: 'wrapUp' }, at(40))
  recordAgent(own.log, { agentId: '8002', from: 'talking', to: 'wrapUp' }, at(100))
  recordReleased(own.log, call.callId, at(100))

  const { agents, room } = await figures()

  expect(agents.get('8001')).toMatchObject({ answered: 1, handled: 1, talking: 0, talkedMs: 30_000 })
  expect(agents.get('8002')).toMatchObject({ answered: 0, handled: 1, talking: 0, talkedMs: 60_000 })
  expect(room).toMatchObject([{ queue: 'tax', offered: 1, answered: 1, waitedMs: 10_000 }])
})

test('who is asked by a colleague does not have the caller, until all three talk', async () => {
  const call = answered()
  talks('8002', 20)
  own.log.append('call.consulted', { ...call, target: 'agent:8002' }, at(20))
  own.log.append('call.conferenced', { ...call, target: 'agent:8002' }, at(50))
  own.log.append('call.transferred', { ...call, target: 'agent:8002' }, at(60))
  recordAgent(own.log, { agentId: '8001', from: 'talking', to: 'wrapUp' }, at(60))

  const { agents } = await figures()

  expect(agents.get('8001')).toMatchObject({ answered: 1, handled: 1, talking: 0, talkedMs: 50_000 })
  expect(agents.get('8002')).toMatchObject({ answered: 0, handled: 1, talking: 1, talkedMs: 0 })
})

test('one who was asked and let go handled nothing', async () => {
  const call = answered()
  talks('8002', 20, 30)
  own.log.append('call.consulted', { ...call, target: 'agent:8002' }, at(20))
  own.log.append('call.returned', { callId: call.callId, agentId: '8001', reason: 'agent' }, at(30))

  const { agents } = await figures()

  expect(agents.get('8001')).toMatchObject({ handled: 1, talking: 1 })
  expect(agents.get('8002')).toMatchObject({ answered: 0, handled: 0, talking: 0, talkedMs: 0 })
})

test('a call that goes to a colleague and back counts once, with both parts', async () => {
  const call = answered()
  talks('8002', 40)
  own.log.append('call.transferred', { ...call, target: 'agent:8002' }, at(40))
  recordAgent(own.log, { agentId: '8001', from: 'talking', to: 'wrapUp' }, at(40))
  talks('8001', 70)
  own.log.append('call.transferred', { ...call, agentId: '8002', target: 'agent:8001' }, at(70))
  recordAgent(own.log, { agentId: '8002', from: 'talking', to: 'wrapUp' }, at(70))
  recordAgent(own.log, { agentId: '8001', from: 'talking', to: 'wrapUp' }, at(75))
  recordReleased(own.log, call.callId, at(75))

  const { agents } = await figures()

  expect(agents.get('8001')).toMatchObject({ answered: 1, handled: 1, talkedMs: 35_000 })
  expect(agents.get('8002')).toMatchObject({ answered: 0, handled: 1, talkedMs: 30_000 })
})

test('a call that is taken over counts for the agent and for the supervisor', async () => {
  const call = answered()
  own.log.append('call.taken-over', { ...call, agentId: '8009', from: '8001', by: 'zhou' }, at(25))
  recordAgent(own.log, { agentId: '8009', from: 'monitoring', to: 'talking' }, at(25))
  recordAgent(own.log, { agentId: '8001', from: 'talking', to: 'wrapUp' }, at(25))
  recordAgent(own.log, { agentId: '8009', from: 'talking', to: 'wrapUp' }, at(30))
  recordReleased(own.log, call.callId, at(30))

  const { agents } = await figures()

  expect(agents.get('8001')).toMatchObject({ answered: 1, handled: 1, talkedMs: 15_000 })
  expect(agents.get('8009')).toMatchObject({ answered: 0, handled: 1, talkedMs: 5000 })
})

test('a call whose caller goes to a branch is over for the agent with the handing over', async () => {
  const call = answered()
  own.log.append('call.transferred', { ...call, target: '12366' }, at(30))
  recordAgent(own.log, { agentId: '8001', from: 'talking', to: 'wrapUp' }, at(30))
  recordReleased(own.log, call.callId, at(500))

  const { agents } = await figures()

  expect([...agents.keys()]).toEqual(['8001'])
  expect(agents.get('8001')).toMatchObject({ handled: 1, talkedMs: 20_000 })
})

test('an answer that was never joined with the caller is nobody’s', async () => {
  const call = answered()
  own.log.append('call.join-failed', { ...call, reason: 'gone', heldBackMs: 0 }, at(11))
  recordAgent(own.log, { agentId: '8001', from: 'talking', to: 'wrapUp' }, at(11))

  const { agents } = await figures()

  expect(agents.get('8001')).toMatchObject({ answered: 0, handled: 0, talkedMs: 0 })
})

test('calls out stand beside, and agents and room add up to the same', async () => {
  recordAnsweredCall(own.log, { queue: 'tax', queuedAt: at(0), answeredAt: at(5), releasedAt: at(65) })
  const callback = { agentId: '8001', queue: 'tax', placedAt: at(100) }
  recordCallOut(own.log, { ...callback, reachedAt: at(110), releasedAt: at(140) })
  recordCallOut(own.log, { ...callback, placedAt: at(200), releasedAt: at(230) })
  const handedOver = { to: '8002', at: at(330) }
  const clicked = { agentId: '8003', queue: null, placedAt: at(300), reachedAt: at(310) }
  recordCallOut(own.log, { ...clicked, handedOver, releasedAt: at(370) })

  const { agents, room } = await figures()

  const own8001 = { answered: 1, handled: 1, talkedMs: 60_000, out: { placed: 2, reached: 1, talkedMs: 30_000 } }
  expect(agents.get('8001')).toMatchObject(own8001)
  expect(agents.get('8002')).toMatchObject({
    handled: 0,
    talkedMs: 0,
    out: { placed: 0, reached: 0, talkedMs: 40_000 },
  })
  expect(agents.get('8003')).toMatchObject({ handled: 0, out: { placed: 1, reached: 1, talkedMs: 20_000 } })
  expect(room).toMatchObject([
    { queue: 'tax', offered: 1, answered: 1, out: { placed: 2, reached: 1, talkedMs: 30_000 } },
    { queue: null, offered: 0, answered: 0, out: { placed: 1, reached: 1, talkedMs: 60_000 } },
  ])
})
