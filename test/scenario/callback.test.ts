import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EventType } from '../../src/events/index.ts'
import { Centre, variants } from '../support/centre.ts'
import { undocumentedFacts } from '../support/undocumented-facts.ts'
import { until } from '../support/until.ts'

const tones = { citizen: 440, agent: 1000 }

interface CallbackView {
  callbackId: string
  kind: string
  state: string
  number: string
  missedCalls: number
  attempts: number
  outcome: string | null
}

describe.each(variants())('callback on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant, city: 'queue-city.yaml' })
  })
  afterEach(async () => {
    for (const { callbackId } of await callbacks()) {
      await until(async () => {
        const open = (await callbacks()).find((each) => each.callbackId === callbackId)
        return open?.state !== 'attempting'
      }, 'nobody is being called')
      await centre.admin.post(`/callbacks/${callbackId}/cancel`, { reason: 'test is over' }).catch(() => {})
    }
    await centre.clear()
  })
  afterAll(() => centre.stop())

  const callbacks = (query = '') => centre.admin.get<CallbackView[]>(`/callbacks${query}`)
  const typesOf = (callbackId: string): EventType[] =>
    centre.timeline.events
      .filter(({ data }) => 'callbackId' in data && data.callbackId === callbackId)
      .map(({ type }) => type)
  const released = (callId: string) => centre.timeline.until('call.released', (data) => data.callId === callId)

  /** Waits in the queue, asks for a callback by key and confirms the own number. */
  async function askForCallback() {
    const citizen = centre.citizen()
    const { call, callId } = await centre.call('0', { from: citizen })
    await centre.timeline.until('call.queued', (data) => data.callId === callId)
    await call.sendDtmf('11', { via: 'rfc4733' })
    const opened = await centre.timeline.until('callback.opened', (data) => data.callId === callId)
    return { citizen, call, callId, callbackId: opened.data.callbackId, opened }
  }

  test('a caller presses the key, confirms the number and is called back: the agent first, then the citizen', async () => {
    const { citizen, call, callId, callbackId, opened } = await askForCallback()
    expect(opened.data).toMatchObject({
      kind: 'requested',
      callerNumber: citizen.user,
      line: '12345',
      queue: 'general',
    })
    expect((await call.ended).cause).toBe('hungUpByOther')
    expect((await released(callId)).data).toMatchObject({ by: 'system' })
    citizen.onCall = { kind: 'answer', afterMs: 300, tone: tones.citizen }

    const phone = await centre.agent('7001', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const atAgent = await phone.nextCall()
    const atCitizen = await citizen.nextCall()

    expect(atAgent.other).toBe(citizen.user)
    expect(atCitizen.other).toBe('12345')
    expect(await atCitizen.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.citizen)).toBe(true)
    const closed = await centre.timeline.until('callback.closed', (data) => data.callbackId === callbackId)
    expect(closed.data).toMatchObject({ outcome: 'reached', by: '7001' })
    expect(typesOf(callbackId)).toEqual([
      'callback.opened',
      'callback.attempted',
      'callback.reached',
      'callback.closed',
    ])
    const placed = centre.timeline.of('call.placed').find(({ data }) => data.reference === callbackId)
    await atCitizen.hangUp()
    expect((await atAgent.ended).cause).toBe('hungUpByOther')
    const end = await released(placed?.data.callId ?? '')
    expect(end.data).toMatchObject({ by: 'caller' })
    await until(async () => (await centre.admin.agentState('7001')) === 'ready', 'the agent is ready again')
    expect(centre.timeline.of('call.abandoned').some(({ data }) => data.callId === callId)).toBe(false)
  })

  test('another number is entered by key; one that may not be called is not taken', async () => {
    const citizen = centre.citizen()
    const { call, callId } = await centre.call('0', { from: citizen })
    await centre.timeline.until('call.queued', (data) => data.callId === callId)

    await call.sendDtmf('12', { via: 'rfc4733' })
    await call.sendDtmf('00900123456#', { via: 'rfc4733' })
    await call.sendDtmf('13700000001#', { via: 'rfc4733' })
    await call.sendDtmf('1', { via: 'rfc4733' })

    const opened = await centre.timeline.until('callback.opened', (data) => data.callId === callId)
    expect(opened.data.callerNumber).toBe('13700000001')
    await released(callId)
  })

  test('the place is kept: the callback is served before a caller who came later', async () => {
    const { citizen, callId } = await askForCallback()
    citizen.onCall = { kind: 'answer', afterMs: 0, tone: tones.citizen }
    await released(callId)
    const later = await centre.call('0')
    await centre.timeline.until('call.queued', (data) => data.callId === later.callId)

    const phone = await centre.agent('7002', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })

    const first = await phone.nextCall()
    expect(first.other).toBe(citizen.user)
    expect(await first.hears(tones.citizen)).toBe(true)
    await first.hangUp()
    await centre.timeline.until('call.answered', (data) => data.callId === later.callId)
    await later.call.hangUp()
  })

  test('a citizen who does not answer is tried again, then given up; the agent is free each time', async () => {
    const { citizen, callbackId } = await askForCallback()
    citizen.onCall = { kind: 'reject', status: 486 }

    await centre.agent('7003', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })

    const closed = await centre.timeline.until('callback.closed', (data) => data.callbackId === callbackId, {
      withinMs: 60_000,
    })
    expect(closed.data.outcome).toBe('failed')
    const failures = centre.timeline.of('callback.failed').filter(({ data }) => data.callbackId === callbackId)
    expect(failures.map(({ data }) => [data.outcome, data.attempts])).toEqual([
      ['busy', 1],
      ['busy', 2],
    ])
    await until(async () => (await centre.admin.agentState('7003')) === 'ready', 'the agent is ready')
  })

  test('an agent whose phone is not answered costs the citizen no attempt: the next agent calls', async () => {
    const { citizen, callbackId, callId } = await askForCallback()
    citizen.onCall = { kind: 'answer', afterMs: 0, tone: tones.citizen }
    await released(callId)

    await centre.agent('7004', { onCall: { kind: 'ring' } })
    const failed = await centre.timeline.until('callback.failed', (data) => data.callbackId === callbackId)
    expect(failed.data).toMatchObject({ outcome: 'agentMissed', attempts: 0, agentId: '7004' })
    expect(citizen.calls.filter(({ direction }) => direction === 'incoming')).toHaveLength(0)
    const phone = await centre.agent('7005', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })

    expect(await (await phone.nextCall()).hears(tones.citizen)).toBe(true)
    await (await citizen.nextCall()).hangUp()
  })

  test('an agent who hangs up while the citizen’s phone rings: it stops ringing, and the callback waits on', async () => {
    const { citizen, callbackId, callId } = await askForCallback()
    citizen.onCall = { kind: 'ring' }
    await released(callId)
    const phone = await centre.agent('7006', { onCall: { kind: 'answer', afterMs: 0 } })
    const atAgent = await phone.nextCall()
    const atCitizen = await citizen.nextCall()
    await centre.admin.post('/agents/7006/break', { reason: 'lunch' })

    await atAgent.hangUp()

    await atCitizen.ended
    const failed = await centre.timeline.until('callback.failed', (data) => data.callbackId === callbackId)
    expect(failed.data).toMatchObject({ outcome: 'givenUp', attempts: 0 })
    expect((await callbacks()).find((each) => each.callbackId === callbackId)).toMatchObject({ state: 'inLine' })
  })

  test('the hotline is killed: callbacks are where they were, and are served', async () => {
    const { citizen, callbackId, callId } = await askForCallback()
    citizen.onCall = { kind: 'answer', afterMs: 0, tone: tones.citizen }
    await released(callId)
    await centre.timeline.until('callback.opened', (data) => data.callbackId === callbackId)

    await centre.stack.child('hotline').kill('SIGKILL')
    await centre.restartHotline()
    const phone = await centre.agent('7007', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })

    expect(await (await phone.nextCall()).hears(tones.citizen)).toBe(true)
    expect(await (await citizen.nextCall()).hears(tones.agent)).toBe(true)
    await centre.timeline.until('callback.closed', (data) => data.callbackId === callbackId)
  })

  test('the hotline is killed while the citizen’s phone rings: nobody is left over, and it is tried again', async () => {
    const { citizen, callbackId, callId } = await askForCallback()
    citizen.onCall = { kind: 'ring' }
    await released(callId)
    const phone = await centre.agent('7008', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const atAgent = await phone.nextCall()
    const atCitizen = await citizen.nextCall()
    await centre.timeline.until('callback.attempted', (data) => data.callbackId === callbackId)

    await centre.stack.child('hotline').kill('SIGKILL')
    citizen.onCall = { kind: 'answer', afterMs: 0, tone: tones.citizen }
    await centre.restartHotline()

    await Promise.all([atAgent.ended, atCitizen.ended])
    const again = await phone.nextCall()
    expect(await again.hears(tones.citizen)).toBe(true)
    await centre.timeline.until('callback.closed', (data) => data.callbackId === callbackId)
  })

  test('missed calls: two abandoned calls of a number are one task, a short one is none, and an agent takes it', async () => {
    const citizen = centre.citizen()
    for (let n = 0; n < 2; n += 1) {
      const { call, callId } = await centre.call('0', { from: citizen })
      const queued = await centre.timeline.until('call.queued', (data) => data.callId === callId)
      await until(() => Date.now() - queued.data.queuedAt > 1200, 'the caller has waited')
      await call.hangUp()
      await released(callId)
    }
    const hasty = await centre.call('0')
    await centre.timeline.until('call.queued', (data) => data.callId === hasty.callId)
    await hasty.call.hangUp()
    await released(hasty.callId)
    const open = await callbacks('?kind=missed')
    expect(open).toHaveLength(1)
    expect(open[0]).toMatchObject({ number: citizen.user, missedCalls: 2, state: 'resting' })
    const { callbackId = '' } = open[0] ?? {}
    const phone = await centre.agent('7009', {
      ready: false,
      onCall: { kind: 'answer', afterMs: 0, tone: tones.agent },
    })
    await centre.admin.post('/agents/7009/login', { extension: '7009' })
    const take = () => centre.admin.post(`/callbacks/${callbackId}/take`, { agentId: '7009' })
    await expect(take()).rejects.toMatchObject({ status: 409, code: 'agent-not-ready' })
    citizen.onCall = { kind: 'answer', afterMs: 0, tone: tones.citizen }
    await centre.admin.post('/agents/7009/ready')

    await take()

    expect(await (await phone.nextCall()).hears(tones.citizen)).toBe(true)
    expect(await (await citizen.nextCall()).hears(tones.agent)).toBe(true)
    await centre.timeline.until('callback.closed', (data) => data.callbackId === callbackId)
    await expect(take()).rejects.toMatchObject({ status: 404, code: 'callback-unknown' })
    await until(async () => {
      const closed = await callbacks('?state=closed')
      return closed.some((each) => each.callbackId === callbackId && each.outcome === 'reached')
    }, 'the records know it is closed')
  })

  test('a missed caller who gets through is not called back', async () => {
    const citizen = centre.citizen()
    const { call, callId } = await centre.call('0', { from: citizen })
    const queued = await centre.timeline.until('call.queued', (data) => data.callId === callId)
    await until(() => Date.now() - queued.data.queuedAt > 1200, 'the caller has waited')
    await call.hangUp()
    const opened = await centre.timeline.until('callback.opened', (data) => data.callId === callId)
    await centre.agent('7010', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })

    const second = await centre.call('0', { from: citizen })

    const closed = await centre.timeline.until(
      'callback.closed',
      ({ callbackId }) => callbackId === opened.data.callbackId,
    )
    expect(closed.data.outcome).toBe('answered')
    await second.call.hangUp()
  })

  test('every fact that was sent until here is as the AsyncAPI document says', () => {
    const { events } = centre.timeline

    expect(new Set(events.map(({ type }) => type)).size).toBeGreaterThan(10)
    expect(undocumentedFacts(events)).toEqual([])
  })
})
