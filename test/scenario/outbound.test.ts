import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

const tones = { citizen: 440, agent: 1000 }

interface OutboundView {
  readonly callId: string
  readonly result: string
  readonly outcome: string | null
}

interface Counts {
  readonly offered?: number
  readonly answered: number
  readonly out: { readonly placed: number; readonly reached: number; readonly talkedMs: number }
}
const nothing: Counts = { answered: 0, out: { placed: 0, reached: 0, talkedMs: 0 } }

describe.each(variants())('calls to citizens on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  const place = (body: object) => centre.admin.post<{ callId: string }>('/outbound-calls', body)
  const agentWhoAnswers = (agentId: string) =>
    centre.agent(agentId, { onCall: { kind: 'answer', afterMs: 50, tone: tones.agent } })
  const recordOf = async (callId: string) =>
    (await centre.admin.get<OutboundView[]>('/outbound-calls')).find((each) => each.callId === callId)

  const figures = async (agentId: string) => {
    const agents = await centre.admin.get<(Counts & { readonly agentId: string })[]>('/metrics/agents')
    const agent = agents.find((each) => each.agentId === agentId)
    return { room: await centre.admin.get<Counts>('/metrics/summary'), agent: agent ?? nothing }
  }

  test("return visit: the agent's phone first, then the citizen's, which shows 12345; what came of it is noted by code", async () => {
    const phone = await agentWhoAnswers('6301')
    const citizen = centre.citizen({ onCall: { kind: 'answer', afterMs: 200, tone: tones.citizen } })

    const { callId } = await place({
      number: citizen.user,
      agentId: '6301',
      purpose: 'return-visit',
      reference: 'T-2026-1',
    })

    const atAgent = await phone.nextCall()
    const atCitizen = await citizen.nextCall()
    expect(atCitizen.other).toBe('12345')
    expect(await atCitizen.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.citizen)).toBe(true)
    const placed = centre.timeline.of('call.placed').find(({ data }) => data.callId === callId)
    expect(placed?.data).toMatchObject({ agentId: '6301', purpose: 'return-visit', reference: 'T-2026-1' })
    await atCitizen.hangUp()
    await centre.timeline.until('call.released', (data) => data.callId === callId)
    await until(async () => (await recordOf(callId))?.result === 'reached', 'the log has the call')
    await expect(
      centre.admin.post(`/outbound-calls/${callId}/outcome`, { code: 'no-such-code' }),
    ).rejects.toMatchObject({ status: 422, code: 'outcome-unknown' })
    await centre.admin.post(`/outbound-calls/${callId}/outcome`, { code: 'satisfied', note: '满意' })
    await until(async () => (await recordOf(callId))?.outcome === 'satisfied', 'the note is on record')
    await until(async () => (await centre.admin.agentState('6301')) === 'ready', 'the agent is ready')
  })

  test('calls out stand beside what came in, at the agent and of the room alike', async () => {
    const phone = await agentWhoAnswers('6305')
    const citizen = centre.citizen({ onCall: { kind: 'answer', afterMs: 50, tone: tones.citizen } })
    const before = await figures('6305')

    const { callId } = await place({ number: citizen.user, agentId: '6305' })
    await phone.nextCall()
    const call = await citizen.nextCall()
    await centre.timeline.until('call.reached', (data) => data.callId === callId)
    await call.hangUp()
    await centre.timeline.until('call.released', (data) => data.callId === callId)
    await until(async () => (await figures('6305')).agent.out.talkedMs > 0, 'the talk is counted')

    const { room, agent } = await figures('6305')
    expect(agent).toMatchObject({ answered: 0, handled: 0, out: { placed: 1, reached: 1 } })
    expect(room.out).toEqual({
      placed: before.room.out.placed + 1,
      reached: before.room.out.reached + 1,
      talkedMs: before.room.out.talkedMs + agent.out.talkedMs,
    })
    expect([room.offered, room.answered]).toEqual([before.room.offered, before.room.answered])
  })

  test('a citizen who does not answer: told so, and the agent is free', async () => {
    const phone = await agentWhoAnswers('6302')
    const citizen = centre.citizen({ onCall: { kind: 'reject', status: 486 } })

    const { callId } = await place({ number: citizen.user, agentId: '6302' })

    const failed = await centre.timeline.until('call.not-reached', (data) => data.callId === callId)
    expect(failed.data).toMatchObject({ agentId: '6302', outcome: 'busy' })
    expect((await (await phone.nextCall()).ended).cause).toBe('hungUpByOther')
    await until(async () => (await recordOf(callId))?.result === 'busy', 'the log has the call')
    await until(async () => (await centre.admin.agentState('6302')) === 'ready', 'the agent is ready')
  })

  test('refused: a number that may not be called, an agent who is not ready, a citizen at night; urgent calls are placed', async () => {
    const phone = await agentWhoAnswers('6303')
    const citizen = centre.citizen({ onCall: { kind: 'answer', afterMs: 100, tone: tones.citizen } })
    await expect(place({ number: '00441234567890', agentId: '6303' })).rejects.toMatchObject({ code: 'number-refused' })
    await expect(place({ number: citizen.user })).rejects.toMatchObject({ code: 'agent-not-ready' })
    await centre.admin.post('/calendars/prices/close', { reason: 'night' })
    await expect(place({ number: citizen.user, agentId: '6303' })).rejects.toMatchObject({ code: 'outside-call-hours' })
    expect(await centre.admin.agentState('6303')).toBe('ready')

    const { callId } = await place({ number: citizen.user, agentId: '6303', purpose: 'urgent' })

    await centre.admin.post('/calendars/prices/reopen')
    const atCitizen = await citizen.nextCall()
    expect(await atCitizen.hears(tones.agent)).toBe(true)
    await atCitizen.hangUp()
    await (await phone.nextCall()).ended
    await centre.timeline.until('call.released', (data) => data.callId === callId)
  })

  test('a callback task for the citizen of a call is opened by one command', async () => {
    const phone = await agentWhoAnswers('6304')
    const { call, callId, from } = await centre.call('0', { tone: tones.citizen })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    await phone.nextCall()

    const { callbackId } = await centre.admin.post<{ callbackId: string }>(`/calls/${callId}/callback`)

    const opened = await centre.timeline.until('callback.opened', (data) => data.callbackId === callbackId)
    expect(opened.data).toMatchObject({ callerNumber: from.user, callId, queue: 'general', kind: 'opened' })
    await call.hangUp()
    await centre.timeline.until('call.released', (data) => data.callId === callId)
  })
})
