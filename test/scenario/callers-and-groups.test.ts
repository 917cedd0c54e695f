import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000 }

describe.each(variants())('callers, groups, codes and desks on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant, city: 'queue-city.yaml' })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  const released = (callId: string) => centre.timeline.until('call.released', (data) => data.callId === callId)
  const queued = (callId: string) => centre.timeline.until('call.queued', (data) => data.callId === callId)
  const answers = { kind: 'answer', afterMs: 0, tone: tones.agent } as const

  test('a listed caller is served before those who came earlier, and the desk sees why', async () => {
    const vip = centre.citizen()
    await centre.admin.put(`/callers/${vip.user}`, { vip: true, note: 'mayor’s office' })
    const first = await centre.call('0')
    await queued(first.callId)
    const second = await centre.call('0', { from: vip })
    await queued(second.callId)

    const phone = await centre.agent('4001', { onCall: answers })

    const atAgent = await phone.nextCall()
    expect(atAgent.other).toBe(vip.user)
    const ringing = await centre.timeline.until('agent.ringing', ({ callId }) => callId === second.callId)
    expect(ringing.data.pop.listed).toEqual({ vip: true, grade: null, note: 'mayor’s office' })
    await second.call.hangUp()
    await first.call.hangUp()
    await Promise.all([released(first.callId), released(second.callId)])
    await centre.admin.delete(`/callers/${vip.user}`)
  })

  test('the ladder: a warning before the menu, a queue of its own, and refusal with evidence', async () => {
    const caller = centre.citizen()
    const grade = (wanted: string) =>
      centre.admin.put(`/callers/${caller.user}`, { grade: wanted, evidence: ['call 1: shouting for an hour'] })
    await centre.agent('4002', { onCall: answers })

    await grade('warning')
    const warned = await centre.call('0', { from: caller })
    await centre.timeline.until('call.warned', ({ callId }) => callId === warned.callId)
    expect(await warned.call.hears(tones.agent, { withinMs: 90_000 })).toBe(true)
    await warned.call.hangUp()
    await released(warned.callId)

    await grade('queue')
    const apart = await centre.call('0', { from: caller })
    const place = await centre.timeline.until('call.queued', ({ callId }) => callId === apart.callId, {
      withinMs: 90_000,
    })
    expect(place.data).toMatchObject({ queue: 'nuisance', skills: ['nuisance'] })
    await apart.call.hangUp()
    await released(apart.callId)

    await grade('refuse')
    const refused = await centre.call('', { from: caller })
    const fact = await centre.timeline.until('call.refused', ({ callId }) => callId === refused.callId)
    expect(fact.data).toMatchObject({ evidence: ['call 1: shouting for an hour'], setBy: 'admin' })
    await until(() => refused.call.firstAudioAt !== undefined, 'the caller is told')
    expect((await refused.call.ended).cause).toBe('hungUpByOther')
    expect((await released(refused.callId)).data.reason).toBe('nuisance caller refused')
    await centre.admin.delete(`/callers/${caller.user}`)
  })

  test('a number on the emergency list is never graded, and a grade needs evidence', async () => {
    const grade = (number: string, body: object) => centre.admin.put(`/callers/${number}`, { grade: 'refuse', ...body })

    await expect(grade('13900000110', { evidence: ['x'] })).rejects.toMatchObject({ code: 'emergency-number' })
    await expect(grade('+8613900000110', { evidence: ['x'] })).rejects.toMatchObject({ code: 'emergency-number' })
    await expect(grade('13900000111', {})).rejects.toMatchObject({ status: 422, code: 'grade-refused' })

    expect(await centre.admin.get<object[]>('/callers')).toEqual([])
  })

  test('an agent of two groups serves the first before the second, and a change holds for a call that waits', async () => {
    // Somebody with the skill is there, or the queue would send its callers on.
    await centre.agent('4008', { skills: ['social-security'], ready: false })
    await centre.admin.post('/agents/4008/login', { extension: '4008' })
    const general = await centre.call('0')
    await queued(general.callId)
    const social = await centre.call('121')
    await queued(social.callId)
    const groups = (body: object[]) => centre.admin.put('/agents/4003/groups', { groups: body })
    const phone = await centre.agent('4003', { skills: ['social-security'], ready: false, onCall: answers })
    await groups([
      { queue: 'social-security', rank: 1 },
      { queue: 'general', rank: 2 },
    ])
    await centre.admin.makeReady('4003')
    // An agent who hangs up before the two are joined has talked to nobody, and the caller waits on.
    await centre.timeline.until('call.bridged', ({ callId }) => callId === social.callId)
    await groups([{ queue: 'tax', rank: 1 }])
    await (await phone.nextCall()).hangUp()
    await released(social.callId)
    await until(async () => (await centre.admin.agentState('4003')) === 'ready', 'the agent is ready')
    expect(centre.timeline.of('call.answered').some(({ data }) => data.callId === general.callId)).toBe(false)

    await groups([{ queue: 'general', rank: 1 }])

    await centre.timeline.until('call.answered', ({ callId }) => callId === general.callId)
    const changes = centre.timeline.of('agent.groups-changed').filter(({ data }) => data.agentId === '4003')
    expect(changes.at(-1)?.data).toMatchObject({
      groups: [{ queue: 'general', rank: 1 }],
      before: [{ queue: 'tax', rank: 1 }],
      by: 'admin',
    })
    await expect(groups([{ queue: 'nowhere', rank: 1 }])).rejects.toMatchObject({ status: 400, code: 'queue-unknown' })
    await general.call.hangUp()
    await released(general.callId)
  })

  test('hot-desking: any registered phone that nobody uses, one an agent', async () => {
    const desk = await centre.agent('4004', { ready: false, onCall: answers })
    await centre.agent('4005', { ready: false })
    const login = (agentId: string, extension: string) => centre.admin.post(`/agents/${agentId}/login`, { extension })

    await login('4005', '4004')
    await expect(login('4004', '4004')).rejects.toMatchObject({ status: 409, code: 'extension-in-use' })
    await expect(login('4005', '4005')).rejects.toMatchObject({ status: 409, code: 'agent-at-another-phone' })
    await expect(login('4004', '4999')).rejects.toMatchObject({ status: 409, code: 'phone-unknown' })
    await centre.admin.put('/phones/4998', { password: 'a-long-password' })
    await expect(login('4004', '4998')).rejects.toMatchObject({ status: 409, code: 'phone-not-registered' })
    await centre.admin.post('/agents/4005/ready')
    const { call, callId } = await centre.call('0', { tone: tones.caller })

    expect(await (await desk.nextCall()).hears(tones.caller)).toBe(true)
    const answered = await centre.timeline.until('call.answered', (data) => data.callId === callId)
    expect(answered.data.agentId).toBe('4005')
    await call.hangUp()
    await released(callId)
  })

  test('reasons of breaks and codes of wrap-up are those of the city; only the agent of a call gives its code', async () => {
    await centre.agent('4006', { onCall: answers })
    await centre.agent('4007', { ready: false })
    const url = `http://127.0.0.1:${centre.stack.ports.http}`
    const clientOf = async (agentId: string) => {
      const user = { username: `u${agentId}`, password: 'a long password' }
      await centre.admin.post('/users', { ...user, role: 'agent', agentId })
      return HotlineClient.login(url, user)
    }
    const [own, other] = [await clientOf('4006'), await clientOf('4007')]
    const { call, callId } = await centre.call('0')
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    const wrapUp = (client: HotlineClient, code: string) => client.post(`/calls/${callId}/wrap-up`, { code })

    await wrapUp(own, 'ticket')
    await call.hangUp()
    await released(callId)
    await wrapUp(own, 'solved')

    await until(() => centre.timeline.of('call.wrapped-up').length === 2, 'both codes are on record')
    expect(centre.timeline.of('call.wrapped-up').at(-1)?.data).toMatchObject({ agentId: '4006', code: 'solved' })
    await expect(wrapUp(own, 'nonsense')).rejects.toMatchObject({ status: 400, code: 'code-unknown' })
    await expect(wrapUp(other, 'solved')).rejects.toMatchObject({ status: 403, code: 'call-of-another-agent' })
    await expect(own.post('/agents/4006/break', { reason: 'tired' })).rejects.toMatchObject({
      status: 400,
      code: 'code-unknown',
    })
    await own.post('/agents/4006/break', { reason: 'lunch' })
    expect(await own.get('/codes')).toEqual({
      breakReasons: { lunch: '午餐', training: '培训' },
      wrapUpCodes: { solved: '已解决', ticket: '已建工单' },
      callOutcomes: ['satisfied', 'call-again'],
      queues: ['general', 'tax', 'social-security', 'market-supervision', 'nuisance'],
      emergencyServices: ['110', '119'],
    })
  })
})
