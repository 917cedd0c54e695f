import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000, branch: 1700 }
const keys = { tax: '111', socialSecurity: '121', marketSupervision: '131' }

describe.each(variants())('overflow chain on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant, city: 'queue-city.yaml' })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  const factsOf = (callId: string) =>
    centre.timeline.events
      .filter(({ data }) => 'callId' in data && data.callId === callId)
      .map(({ type, data }) => ({ type, data: data as Record<string, unknown> }))

  const overflows = (callId: string) => {
    const facts = factsOf(callId).filter(({ type }) => type === 'queue.overflowed')
    return facts.map(({ data }) => data['to'])
  }

  const released = (callId: string) => centre.timeline.until('call.released', (data) => data.callId === callId)

  test('nobody takes the call in time: the branch is rung, and citizen and branch hear each other', async () => {
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 200, tone: tones.branch })
    const { call, callId } = await centre.call(keys.tax, { tone: tones.caller })

    const atBranch = await branch.nextCall()

    expect(await call.hears(tones.branch)).toBe(true)
    expect(await atBranch.hears(tones.caller)).toBe(true)
    await until(() => overflows(callId).length === 1, 'the step is on record')
    expect(overflows(callId)).toEqual(['branch:12366'])
    const now = await centre.admin.get<{ queues: { queue: string }[] }>('/metrics/now')
    expect(now.queues).toEqual([])
    await call.hangUp()
    expect((await atBranch.ended).cause).toBe('hungUpByOther')
    expect((await released(callId)).data).toMatchObject({ by: 'caller' })
    expect(factsOf(callId).map(({ type }) => type)).not.toContain('call.abandoned')
    expect(factsOf(callId).filter(({ type }) => type === 'call.branch-answered')).toHaveLength(1)
  })

  test('the branch hangs up first: the call is over, once', async () => {
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 0, tone: tones.branch })
    const { call, callId } = await centre.call(keys.tax)
    const atBranch = await branch.nextCall()
    expect(await call.hears(tones.branch)).toBe(true)

    await atBranch.hangUp()

    expect((await call.ended).cause).toBe('hungUpByOther')
    expect((await released(callId)).data).toMatchObject({ by: 'third' })
  })

  test('a busy branch: the caller is back at the old place and the next step follows', async () => {
    centre.branch('12333', { kind: 'reject', status: 486 })
    const { call, callId } = await centre.call(keys.marketSupervision, { tone: tones.caller })
    const failed = await centre.timeline.until('call.branch-failed', (data) => data.callId === callId)
    expect(failed.data).toMatchObject({ target: '12333', outcome: 'busy', sipStatus: 486 })

    await centre.agent('6001', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })

    expect(await call.hears(tones.agent)).toBe(true)
    await until(() => overflows(callId).length === 2, 'both steps are on record')
    expect(overflows(callId)).toEqual(['branch:12333', 'queue:general'])
    const places = factsOf(callId).filter(({ type }) => type === 'call.queued')
    expect(new Set(places.map(({ data }) => data['queuedAt'])).size).toBe(1)
    await call.hangUp()
    await released(callId)
  })

  test('a silent branch: the caller hears music meanwhile, and an agent who comes later has the call', async () => {
    centre.branch('12366', { kind: 'ring' })
    const { call, callId } = await centre.call(keys.tax, { tone: tones.caller })
    await centre.timeline.until('call.branch-offered', (data) => data.callId === callId)
    await centre.agent('6002', { skills: ['tax'], onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })

    const failed = await centre.timeline.until('call.branch-failed', (data) => data.callId === callId)

    expect(failed.data.outcome).toBe('noAnswer')
    expect(await call.hears(tones.agent)).toBe(true)
    await call.hangUp()
    await released(callId)
  })

  test('a caller who gives up while the branch rings: it stops ringing, and the call is abandoned', async () => {
    const branch = centre.branch('12366', { kind: 'ring' })
    const { call, callId } = await centre.call(keys.tax)
    const atBranch = await branch.nextCall()

    await call.hangUp()

    await atBranch.ended
    await released(callId)
    expect(factsOf(callId).map(({ type }) => type)).toContain('call.abandoned')
  })

  test('nobody with the skill is logged in: the next queue at once; somebody on a break is logged in', async () => {
    await centre.agent('6003', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const first = await centre.call(keys.socialSecurity)
    expect(await first.call.hears(tones.agent)).toBe(true)
    await until(() => overflows(first.callId).length === 1, 'the step is on record')
    expect(overflows(first.callId)).toEqual(['queue:general'])
    await first.call.hangUp()
    await released(first.callId)

    await centre.agent('6004', { skills: ['social-security'], ready: false })
    await centre.admin.post('/agents/6004/login', { extension: '6004' })
    const second = await centre.call(keys.socialSecurity)
    await centre.timeline.until('queue.threshold-passed', (data) => data.callId === second.callId)
    expect(overflows(second.callId)).toEqual([])

    await centre.admin.post('/agents/6004/logout')
    await until(() => overflows(second.callId).length === 1, 'the last one logs out and the caller goes on')
    expect(await second.call.hears(tones.agent)).toBe(true)
    await second.call.hangUp()
    await released(second.callId)
  })

  test('less is asked of an agent with time: who lacks the skill has the call then', async () => {
    await centre.agent('6005', { skills: ['social-security'], ready: false })
    await centre.admin.post('/agents/6005/login', { extension: '6005' })
    await centre.agent('6006', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })

    const { call, callId } = await centre.call(keys.socialSecurity)

    const relaxed = await centre.timeline.until('call.relaxed', (data) => data.callId === callId)
    expect(relaxed.data).toMatchObject({ queue: 'social-security', skills: [] })
    expect(await call.hears(tones.agent)).toBe(true)
    await call.hangUp()
    await released(callId)
  })

  test('the hotline is killed while citizen and branch talk: they go on, and the end is noted once', async () => {
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 0, tone: tones.branch })
    const { call, callId } = await centre.call(keys.tax, { tone: tones.caller })
    const atBranch = await branch.nextCall()
    expect(await call.hears(tones.branch)).toBe(true)
    await centre.timeline.until('call.branch-answered', (data) => data.callId === callId)

    await centre.stack.child('hotline').kill('SIGKILL')
    await centre.restartHotline()

    expect(await atBranch.hears(tones.caller)).toBe(true)
    await call.hangUp()
    expect((await atBranch.ended).cause).toBe('hungUpByOther')
    await released(callId)
    expect(factsOf(callId).filter(({ type }) => type === 'call.released')).toHaveLength(1)
    expect(factsOf(callId).map(({ type }) => type)).not.toContain('call.abandoned')
  })
})
