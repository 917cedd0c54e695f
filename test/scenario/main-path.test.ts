import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import type { Call } from '../../src/embedded/softphone/index.ts'
import { Centre, variants } from '../support/centre.ts'
import { undocumentedFacts } from '../support/undocumented-facts.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000 }

describe.each(variants())('main path on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  test('a citizen reaches an agent by keys, both hear each other, the agent hangs up', async () => {
    const phone = await centre.agent('1001', { onCall: { kind: 'answer', afterMs: 200, tone: tones.agent } })
    const { call, callId } = await centre.call('14', { tone: tones.caller })

    const atAgent = await phone.nextCall()
    await atAgent.answered
    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
    await atAgent.hangUp()

    expect((await call.ended).cause).toBe('hungUpByOther')
    const released = await centre.timeline.until('call.released', (data) => data.callId === callId)
    expect(released.data).toMatchObject({ by: 'agent', cause: 'NORMAL_CLEARING' })
    expect(released.data.legs.map(({ role }) => role)).toEqual(['caller', 'agent'])
    for (const leg of released.data.legs)
      expect(leg).toMatchObject({
        cause: 'NORMAL_CLEARING',
        answeredAt: expect.any(Number),
        endedAt: expect.any(Number),
      })
    await until(async () => (await centre.admin.agentState('1001')) === 'ready', 'the agent is ready after wrap-up')
    const types = centre.timeline.events
      .filter(({ data }) => 'callId' in data && data.callId === callId)
      .map(({ type }) => type)
    expect(types.filter((type) => type.startsWith('call.'))).toEqual([
      'call.offered',
      'call.accepted',
      'call.language-chosen',
      'call.menu-entered',
      'call.menu-entered',
      'call.queued',
      'call.answered',
      'call.bridged',
      'call.released',
    ])
  })

  test.each([
    ['caller', '1091'],
    ['agent', '1092'],
  ] as const)(
    'without wrap-up the phone rings for the next caller when the call before is over there, not earlier: the %s hangs up',
    async (who, agentId) => {
      const bridged = () => centre.timeline.of('call.bridged').filter(({ data }) => data.agentId === agentId)
      const earlier = bridged().length
      const onCall = { kind: 'answer', afterMs: 0 } as const
      const phone = await centre.agent(agentId, { onCall, wrapUpSeconds: 0, needs: 'call-times' })
      const from = () => centre.citizen({ needs: 'call-times' })
      const callers = new Map<string, Call>()
      for (let n = 0; n < 5; n += 1) {
        const { call, from: citizen } = await centre.call('14', { from: from() })
        callers.set(citizen.user, call)
      }

      let before: Call | undefined
      for (let n = 0; n < callers.size; n += 1) {
        const call = await phone.nextCall()
        await call.answered
        if (before) expect(call.ringingAt).toBeGreaterThanOrEqual((await before.ended).at)
        await until(() => bridged().length > earlier + n, 'the two are joined')
        await (who === 'agent' ? call : callers.get(call.other))?.hangUp()
        before = call
      }
    },
  )

  test('a caller gives up while the phone rings: it rings for the next one when it has the CANCEL, not earlier', async () => {
    const phone = await centre.agent('1093', { onCall: { kind: 'ring' }, needs: 'call-times' })
    const callers: { user: string; call: Call }[] = []
    for (let n = 0; n < 5; n += 1) {
      const { call, from } = await centre.call('14', { from: centre.citizen({ needs: 'call-times' }) })
      callers.push({ user: from.user, call })
    }

    let before: Call | undefined
    for (let n = 0; n < callers.length; n += 1) {
      const call = await phone.nextCall()
      if (before) expect(call.ringingAt).toBeGreaterThanOrEqual((await before.ended).at)
      await until(
        () => centre.timeline.of('agent.ringing').some(({ data }) => data.pop.callerNumber === call.other),
        'the centre knows',
      )
      await callers.find(({ user }) => user === call.other)?.call.hangUp()
      before = call
    }
    expect((await before?.ended)?.cause).toBe('cancelledByOther')
  })

  test('the screen-pop is at the desk while the phone rings, with language, menu path and last calls', async () => {
    await centre.agent('1002', { onCall: { kind: 'ring' } })
    await centre.admin.post('/users', { username: 'desk', password: 'desk-password', role: 'agent', agentId: '1002' })
    const url = `http://127.0.0.1:${centre.stack.ports.http}`
    const desk = await HotlineClient.login(url, { username: 'desk', password: 'desk-password' })
    const feed = await desk.timeline({ after: 0 })
    const from = centre.citizen()
    const first = await centre.call('30', { from })
    await first.call.hangUp()
    await centre.timeline.until('call.released', ({ callId }) => callId === first.callId)

    const second = await centre.call('30', { from })
    const popOf = (callId: string) =>
      feed.early.find(
        ({ event }) => event.type === 'agent.ringing' && 'callId' in event.data && event.data.callId === callId,
      )
    await until(() => popOf(second.callId) !== undefined, 'the pop is there')

    const pop = popOf(second.callId)?.event.data as { pop: Record<string, unknown> }
    expect(pop.pop).toMatchObject({ callerNumber: from.user, language: 'en', queue: 'general' })
    expect(pop.pop['menuPath']).toEqual(['language:3', 'services:0'])
    await until(async () => {
      const known = centre.timeline.of('agent.ringing').find(({ data }) => data.callId === second.callId)
      return known?.data.pop.lastCalls[0]?.callId === first.callId
    }, 'the last call of this number is in the pop')
    expect(feed.events.every(({ data }) => 'agentId' in data && data.agentId === '1002')).toBe(true)
    await second.call.hangUp()
    await feed.close()
  })

  test('a caller who hangs up while the phone rings frees the agent, and the phone stops ringing at once', async () => {
    const phone = await centre.agent('1003', { onCall: { kind: 'ring' } })
    const { call, callId } = await centre.call('0')
    const atAgent = await phone.nextCall()

    const hungUpAt = Date.now()
    await call.hangUp()

    expect((await atAgent.ended).cause).toBe('cancelledByOther')
    expect((await atAgent.ended).at - hungUpAt).toBeLessThan(1000)
    await centre.timeline.until('call.abandoned', (data) => data.callId === callId)
    await until(async () => (await centre.admin.agentState('1003')) === 'ready', 'the agent is ready')
  })

  test('an agent who does not answer goes not ready, and the next one is offered the call', async () => {
    await centre.agent('1004', { onCall: { kind: 'ring' } })
    await centre.agent('1005', { onCall: { kind: 'answer', afterMs: 0 } })
    const { call, callId } = await centre.call('0')

    const failed = await centre.timeline.until('agent.offer-failed', (data) => data.callId === callId)
    const answered = await centre.timeline.until('call.answered', (data) => data.callId === callId)

    expect(failed.data).toMatchObject({ agentId: '1004', outcome: 'missed' })
    expect(failed.data.afterMs).toBeGreaterThanOrEqual(2900)
    expect(answered.data.agentId).toBe('1005')
    const agent = await centre.admin.get<{ state: string; reason: string }>('/agents/1004')
    expect(agent).toMatchObject({ state: 'notReady', reason: 'missed' })
    await call.hangUp()
  })

  test.each([
    ['rejects', 486, 'rejected', '1021'],
    ['declines', 603, 'rejected', '1022'],
    ['is out of order', 500, 'unreachable', '1023'],
  ])('a phone that %s (%i) sends the caller to the next agent at once', async (_what, status, outcome, agentId) => {
    await centre.agent(agentId, { onCall: { kind: 'reject', status } })
    await centre.agent('1007', { onCall: { kind: 'answer', afterMs: 0 } })
    const { call, callId } = await centre.call('0')

    const answered = await centre.timeline.until('call.answered', (data) => data.callId === callId)

    const failed = await centre.timeline.until('agent.offer-failed', (data) => data.callId === callId)
    expect(failed.data).toMatchObject({ agentId, outcome, sipStatus: status })
    expect(answered.data).toMatchObject({ agentId: '1007' })
    expect(failed.data.afterMs).toBeLessThan(2000)
    await call.hangUp()
  })

  test('an agent whose phone is not registered is passed over at once and not offered again', async () => {
    const phone = await centre.agent('1008')
    await phone.unregister()
    await centre.agent('1009', { onCall: { kind: 'answer', afterMs: 0 } })
    const { call, callId } = await centre.call('0')

    const answered = await centre.timeline.until('call.answered', (data) => data.callId === callId)

    expect(answered.data.agentId).toBe('1009')
    expect(centre.timeline.of('agent.offer-failed').filter(({ data }) => data.callId === callId)).toHaveLength(1)
    expect(await centre.admin.agentState('1008')).toBe('notReady')
    await call.hangUp()
  })

  test('a caller whose skill nobody has does not hold up those behind', async () => {
    const first = await centre.call('111')
    await centre.timeline.until('call.queued', (data) => data.callId === first.callId)
    const second = await centre.call('0')
    await centre.timeline.until('call.queued', (data) => data.callId === second.callId)

    await centre.agent('1010', { onCall: { kind: 'answer', afterMs: 0 } })

    await centre.timeline.until('call.answered', (data) => data.callId === second.callId)
    expect(centre.timeline.of('call.answered').some(({ data }) => data.callId === first.callId)).toBe(false)
    await first.call.hangUp()
    await second.call.hangUp()
  })

  test('a waiting caller hears the position, and the threshold of the service level is noted', async () => {
    const { call, callId } = await centre.call('0')

    const threshold = await centre.timeline.until('queue.threshold-passed', (data) => data.callId === callId)
    const announced = await centre.timeline.until('call.announced', (data) => data.callId === callId)

    expect(threshold.data.waitedSeconds).toBe(3)
    expect(announced.data.position).toBe(1)
    expect(call.firstAudioAt).toBeDefined()
    await call.hangUp()
  })

  test('two callers and one agent: the first in the queue is served first, the second after wrap-up', async () => {
    const first = await centre.call('0')
    await centre.timeline.until('call.queued', (data) => data.callId === first.callId)
    const second = await centre.call('0')
    await centre.timeline.until('call.queued', (data) => data.callId === second.callId)
    await centre.agent('1011', { onCall: { kind: 'answer', afterMs: 0 } })

    const one = await centre.timeline.until('call.bridged', (data) => data.callId === first.callId)
    await first.call.hangUp()
    const two = await centre.timeline.until('call.bridged', (data) => data.callId === second.callId)

    expect(one.data.agentId).toBe(two.data.agentId)
    await second.call.hangUp()
  })

  test('an agent ends the call by the API, another agent cannot', async () => {
    await centre.agent('1012', { onCall: { kind: 'answer', afterMs: 0 } })
    await centre.admin.post('/users', { username: 'own', password: 'own-password', role: 'agent', agentId: '1012' })
    await centre.admin.post('/users', { username: 'other', password: 'other-password', role: 'agent', agentId: '1001' })
    const url = `http://127.0.0.1:${centre.stack.ports.http}`
    const own = await HotlineClient.login(url, { username: 'own', password: 'own-password' })
    const other = await HotlineClient.login(url, { username: 'other', password: 'other-password' })
    const { call, callId } = await centre.call('0')
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)

    await expect(other.post(`/calls/${callId}/release`)).rejects.toMatchObject({
      status: 403,
      code: 'call-of-another-agent',
    })
    await own.post(`/calls/${callId}/release`)

    expect((await call.ended).cause).toBe('hungUpByOther')
    const released = await centre.timeline.until('call.released', (data) => data.callId === callId)
    expect(released.data.by).toBe('agent')
  })

  test('the longest wait is over: the caller hears so and is released, or waits on in the queue that follows', async () => {
    const busy = await centre.call('121')
    const overflowing = await centre.call('131')

    const announced = await centre.timeline.until('queue.overflowed', ({ callId }) => callId === busy.callId, {
      withinMs: 60_000,
    })
    const moved = await centre.timeline.until('queue.overflowed', ({ callId }) => callId === overflowing.callId, {
      withinMs: 60_000,
    })

    expect(announced.data.to).toBe('announce:all-agents-busy')
    expect(moved.data.to).toBe('queue:general')
    expect((await busy.call.ended).cause).toBe('hungUpByOther')
    await centre.agent('1013', { onCall: { kind: 'answer', afterMs: 0 } })
    const answered = await centre.timeline.until('call.answered', ({ callId }) => callId === overflowing.callId)
    expect(answered.data.waitedMs).toBeGreaterThan(9000)
    await overflowing.call.hangUp()
  })

  test('every fact that was sent until here is as the AsyncAPI document says', () => {
    const { events } = centre.timeline

    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(10)
    expect(undocumentedFacts(events)).toEqual([])
  })
})
