import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

const pitch = { caller: 440, agent: 1000 } as const

describe.each(variants())('rating on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant, city: 'rating-city.yaml' })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  async function talk(agentId: string, keys = '0', from = centre.citizen()) {
    const phone = await centre.agent(agentId, { onCall: { kind: 'answer', afterMs: 0, tone: pitch.agent } })
    const { call, callId } = await centre.call(keys, { from, tone: pitch.caller })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    expect(await call.hears(pitch.agent)).toBe(true)
    const atAgent = phone.calls.at(-1)
    if (!atAgent) throw new Error('the agent was not called')
    return { call, callId, atAgent }
  }
  const asked = (callId: string) => centre.timeline.until('call.rating-asked', (data) => data.callId === callId)
  const rated = (callId: string) => centre.timeline.until('call.rated', (data) => data.callId === callId)
  const released = (callId: string) =>
    centre.timeline.until('call.released', (data) => data.callId === callId, { withinMs: 60_000 })

  test('the agent hangs up, the caller is asked in the language of the call and presses 4; the agent is free at once', async () => {
    const { call, callId, atAgent } = await talk('8201', '30')
    await atAgent.hangUp()
    expect((await asked(callId)).data).toMatchObject({ agentId: '8201', queue: 'general', language: 'en' })
    await until(async () => (await centre.admin.agentState('8201')) === 'ready', 'the agent is ready again')
    const packets = call.rtp.received
    await until(() => call.rtp.received > packets + 20, 'the caller is still connected')

    await call.sendDtmf('74', { via: 'rfc4733' })

    expect((await rated(callId)).data).toEqual({ callId, agentId: '8201', queue: 'general', language: 'en', rating: 4 })
    const { data } = await released(callId)
    expect(data).toMatchObject({ by: 'agent' })
    expect((await call.ended).cause).toBe('hungUpByOther')
    const until4 = Date.parse((await asked(callId)).time)
    const from = Date.parse((await centre.timeline.until('call.bridged', (each) => each.callId === callId)).time)
    expect(data.talkedMs).toBeLessThanOrEqual(until4 - from + 50)
    const [figures] = await centre.admin.get<object[]>('/metrics/ratings?queue=general')
    expect(figures).toMatchObject({
      agentId: '8201',
      asked: 1,
      rated: 1,
      rated4: 1,
      averageRating: 4,
      satisfiedOfRated: 1,
    })
  })

  test('who presses nothing is asked once more and then released, not rated', async () => {
    const { call, callId, atAgent } = await talk('8202')
    await atAgent.hangUp()

    const { data } = await released(callId)

    expect(data).toMatchObject({ by: 'agent', reason: 'agent hung up' })
    expect((await call.ended).cause).toBe('hungUpByOther')
    expect(centre.timeline.of('call.rated').filter((each) => each.data.callId === callId)).toEqual([])
    expect(centre.timeline.of('call.rating-asked').filter((each) => each.data.callId === callId)).toHaveLength(1)
  })

  test('who hangs up instead of rating is not rated; the call was ended by the agent', async () => {
    const { call, callId, atAgent } = await talk('8203')
    await atAgent.hangUp()
    await asked(callId)

    await call.hangUp()

    expect((await released(callId)).data).toMatchObject({ by: 'agent' })
    expect(centre.timeline.of('call.rated').filter((each) => each.data.callId === callId)).toEqual([])
  })

  test('every caller hears the question, however bridge and park follow each other', async () => {
    const phone = await centre.agent('8206', { onCall: { kind: 'answer', afterMs: 0, tone: pitch.agent } })
    for (let round = 0; round < 8; round += 1) {
      const { call, callId } = await centre.call('0', { tone: pitch.caller })
      await centre.timeline.until('call.bridged', (data) => data.callId === callId)
      expect(await call.hears(pitch.agent)).toBe(true)
      await phone.calls.at(-1)?.hangUp()
      await asked(callId)
      // What was still on its way from the agent is over by then; a silent switch sends nothing.
      await new Promise((resolve) => setTimeout(resolve, 1000))
      const before = call.rtp.received
      await until(() => call.rtp.received > before + 20, `the question of round ${round} is heard`)
      await call.hangUp()
      await released(callId)
    }
  })

  test('an agent who releases by command is rated too', async () => {
    const { call, callId } = await talk('8204', '0', centre.citizen({ needs: 'info-digits' }))
    await centre.admin.post('/users', {
      username: 'a8204',
      password: 'a long password',
      role: 'agent',
      agentId: '8204',
    })
    const session = await fetch(`http://127.0.0.1:${centre.stack.ports.http}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'a8204', password: 'a long password' }),
    })
    const { token } = (await session.json()) as { token: string }
    await fetch(`http://127.0.0.1:${centre.stack.ports.http}/api/v1/calls/${callId}/release`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    await asked(callId)
    await until(() => call.rtp.received > 0, 'the caller is there')
    await new Promise((resolve) => setTimeout(resolve, 500))
    await call.sendDtmf('1', { via: 'info' })

    expect((await rated(callId)).data.rating).toBe(1)
    await released(callId)
  })

  test('a caller who hangs up first is not asked', async () => {
    const first = await talk('8205')
    await first.call.hangUp()
    await released(first.callId)

    expect(centre.timeline.of('call.rating-asked').filter(({ data }) => data.callId === first.callId)).toEqual([])
  })
})
