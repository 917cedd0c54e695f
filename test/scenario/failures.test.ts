import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000, other: 1700 }

describe.each(variants())('when things break on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  const released = (callId: string) => centre.timeline.of('call.released').filter(({ data }) => data.callId === callId)

  test('the hotline is killed: those who talk go on talking, those who wait keep their places, nobody is counted twice', async () => {
    const phone = await centre.agent('2001', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const talking = await centre.call('0', { tone: tones.caller })
    await centre.timeline.until('call.bridged', (data) => data.callId === talking.callId)
    const atAgent = await phone.nextCall()
    const first = await centre.call('0')
    await centre.timeline.until('call.queued', (data) => data.callId === first.callId)
    const second = await centre.call('0')
    const queued = await centre.timeline.until('call.queued', (data) => data.callId === second.callId)

    await centre.stack.child('hotline').kill('SIGKILL')
    expect(await talking.call.hears(tones.agent)).toBe(true)
    await centre.restartHotline()

    await centre.timeline.until('call.queued', (data) => data.callId === second.callId && data.reason === 'restored')
    const [, again] = centre.timeline.of('call.queued').filter(({ data }) => data.callId === second.callId)
    expect(again?.data.queuedAt).toBe(queued.data.queuedAt)
    expect(await talking.call.hears(tones.agent)).toBe(true)
    await atAgent.hangUp()
    const answered = await centre.timeline.until('call.answered', (data) => data.callId === first.callId)
    expect(answered.data.agentId).toBe('2001')
    await first.call.hangUp()
    await centre.timeline.until('call.answered', (data) => data.callId === second.callId)
    await second.call.hangUp()
    await centre.timeline.until('call.released', (data) => data.callId === second.callId)
    for (const { callId } of [talking, first, second]) expect(released(callId)).toHaveLength(1)
    expect(released(talking.callId)[0]?.data.by).toBe('agent')
  })

  test('a call that ended while the hotline was away is closed once, and the agent is free', async () => {
    await centre.agent('2002', { onCall: { kind: 'answer', afterMs: 0 } })
    const { call, callId } = await centre.call('0')
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)

    await centre.stack.child('hotline').kill('SIGKILL')
    await call.hangUp()
    await centre.restartHotline()

    await centre.timeline.until('call.released', (data) => data.callId === callId)
    expect(released(callId)).toHaveLength(1)
    await until(async () => (await centre.admin.agentState('2002')) === 'ready', 'the agent is ready')
  })

  test('a call that arrives while the hotline is away is answered by the dialplan, and adopted when the hotline is back', async () => {
    await centre.agent('2003', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    await centre.stack.child('hotline').stop()
    const from = centre.citizen()
    const call = await from.call('12345', { tone: tones.caller })

    const answered = await call.answered
    expect(answered.kind).toBe('answered')
    expect(answered.kind === 'answered' && answered.afterMs).toBeGreaterThan(3000)
    await until(() => call.firstAudioAt !== undefined, 'the caller hears the announcement')
    await centre.restartHotline()

    const offered = await centre.timeline.until('call.offered', ({ callerNumber }) => callerNumber === from.user)
    expect(offered.data.adopted).toBe(true)
    await call.sendDtmf('0', { via: 'rfc4733' })
    await centre.timeline.until('call.bridged', (data) => data.callId === offered.data.callId)
    expect(await call.hears(tones.agent)).toBe(true)
    await call.hangUp()
  })

  test('the switch gives the agent’s leg up: the citizen waits at the old place, and another agent answers', async () => {
    await centre.agent('2007', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const { call, callId } = await centre.call('0', { tone: tones.caller })
    const bridged = await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    await centre.agent('2008', { onCall: { kind: 'answer', afterMs: 0, tone: tones.other } })

    expect(await centre.atSwitch(`uuid_kill ${bridged.data.legId} MEDIA_TIMEOUT`)).toMatch(/^\+OK/)

    const again = await centre.timeline.until('call.queued', (data) => data.callId === callId && data.reason !== 'menu')
    const first = centre.timeline.of('call.queued').find(({ data }) => data.callId === callId)
    expect(again.data).toMatchObject({ reason: 'left-alone', queuedAt: first?.data.queuedAt })
    expect(await call.hears(tones.other)).toBe(true)
    await call.hangUp()
    await centre.timeline.until('call.released', (data) => data.callId === callId)
    expect(released(callId).map(({ data }) => data.by)).toEqual(['caller'])
  })

  test('the SIP edge is killed: calls in progress go on, hold nothing up, and end properly', async () => {
    const phone = await centre.agent('2004', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const { call, callId } = await centre.call('0', { tone: tones.caller })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    const atAgent = await phone.nextCall()

    await centre.stack.child('edge').kill('SIGKILL')

    expect(await call.hears(tones.agent)).toBe(true)
    await atAgent.hangUp()
    expect((await call.ended).cause).toBe('hungUpByOther')
    await centre.stack.restart('edge')
    const next = await centre.call('0')
    await centre.timeline.until('call.bridged', (data) => data.callId === next.callId)
    await next.call.hangUp()
  })

  test('the switch is killed: its calls are closed once, the agents are free, and new calls are taken when it is back', async () => {
    await centre.agent('2005', { onCall: { kind: 'answer', afterMs: 0 } })
    const talking = await centre.call('0')
    await centre.timeline.until('call.bridged', (data) => data.callId === talking.callId)
    const waiting = await centre.call('0')
    await centre.timeline.until('call.queued', (data) => data.callId === waiting.callId)

    await centre.stack.child('switch').kill('SIGKILL')
    await centre.stack.restart('switch')

    for (const { callId } of [talking, waiting]) {
      await centre.timeline.until('call.released', (data) => data.callId === callId)
      expect(released(callId)).toHaveLength(1)
    }
    await until(async () => (await centre.admin.agentState('2005')) === 'ready', 'the agent is ready')
    await Promise.all([talking.call.hangUp(), waiting.call.hangUp()])
    const next = await centre.call('0')
    await centre.timeline.until('call.bridged', (data) => data.callId === next.callId)
    await next.call.hangUp()
  })
})
