import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { Centre, variants } from '../support/centre.ts'
import type { TelephoneCall } from '../support/telephone.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000, branch: 1700, service: 2400 }

describe.each(variants())('the emergency key on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  async function talk(agentId: string) {
    const phone = await centre.agent(agentId, { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const { call, callId, from } = await centre.call('0', { tone: tones.caller })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    const atAgent = await phone.nextCall()
    expect(await call.hears(tones.agent)).toBe(true)
    const command = (name: string, body: object = {}) =>
      centre.admin.post<{ talk: string }>(`/calls/${callId}/${name}`, body)
    const key = (service: string, mode: string) => command('emergency', { service, mode })
    return { call, callId, from, phone, atAgent, command, key }
  }

  const hear = async (...pairs: (readonly [TelephoneCall, number])[]) => {
    for (const [who, tone] of pairs) expect([tone, await who.hears(tone)]).toEqual([tone, true])
  }

  async function hearsNoMore(call: TelephoneCall, tone: number): Promise<boolean> {
    await until(async () => !(await call.hears(tone, { withinMs: 300 })), `${tone} Hz is heard no more`)
    return !(await call.hears(tone, { withinMs: 300 }))
  }

  const fact = (callId: string) => ({
    connected: () => centre.timeline.until('call.emergency-connected', (data) => data.callId === callId),
    returned: () => centre.timeline.until('call.emergency-returned', (data) => data.callId === callId),
    released: () => centre.timeline.until('call.released', (data) => data.callId === callId),
  })

  test('three-way: while 110 rings citizen and agent talk on, then all three hear each other; the agent leaves the two alone', async () => {
    const { call, callId, from, atAgent, command, key, phone } = await talk('5201')
    const police = centre.branch('110', { kind: 'answer', afterMs: 2500, tone: tones.service })

    expect((await key('110', 'three-way')).talk).toBe('alarming')
    const atService = await police.nextCall()
    await hear([call, tones.agent], [atAgent, tones.caller])
    await fact(callId).connected()
    await hear(
      [call, tones.agent],
      [call, tones.service],
      [atAgent, tones.caller],
      [atAgent, tones.service],
      [atService, tones.caller],
      [atService, tones.agent],
    )
    expect(atService.other).toBe(from.user)
    const listed = await centre.admin.get<{ callId: string; emergency: string | null }[]>('/calls')
    expect(listed.find((each) => each.callId === callId)?.emergency).toBe('110')

    await command('complete')
    expect((await atAgent.ended).cause).toBe('hungUpByOther')
    await until(async () => (await centre.admin.agentState(phone.user)) === 'ready', 'the agent is ready')
    expect(await hearsNoMore(call, tones.agent)).toBe(true)
    await hear([call, tones.service], [atService, tones.caller])
    await call.hangUp()
    expect((await atService.ended).cause).toBe('hungUpByOther')
    await fact(callId).released()
  })

  test('three-way: 110 leaves, citizen and agent go on, and the case is kept', async () => {
    const { call, callId, atAgent, key } = await talk('5202')
    const police = centre.branch('110', { kind: 'answer', afterMs: 50, tone: tones.service })
    await key('110', 'three-way')
    const atService = await police.nextCall()
    await fact(callId).connected()
    await hear([call, tones.service], [atAgent, tones.service])

    await atService.hangUp()

    expect((await fact(callId).returned()).data).toMatchObject({ service: '110', reason: 'service hung up' })
    await hear([call, tones.agent], [atAgent, tones.caller])
    await call.hangUp()
    await fact(callId).released()
  })

  test('hand-over after a three-way that the branch has left: citizen and 110 hear each other', async () => {
    const { call, callId, atAgent, command, key } = await talk('5212')
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 50, tone: tones.branch })
    await command('consult', { branch: '12366' })
    await centre.timeline.until('call.consulted', (data) => data.callId === callId)
    const atBranch = await branch.nextCall()
    await command('join')
    await hear([call, tones.branch])
    await atBranch.hangUp()
    await centre.timeline.until('call.returned', (data) => data.callId === callId)
    const police = centre.branch('110', { kind: 'answer', afterMs: 50, tone: tones.service })

    await key('110', 'hand-over')

    const atService = await police.nextCall()
    await hear([call, tones.service], [atService, tones.caller])
    expect((await atAgent.ended).cause).toBe('hungUpByOther')
    await call.hangUp()
    await fact(callId).released()
  })

  test('hand-over of a held citizen: 119 and citizen are alone; left by it, the citizen waits before everybody', async () => {
    const { call, callId, atAgent, command, key, phone } = await talk('5203')
    const fire = centre.branch('119', { kind: 'answer', afterMs: 800, tone: tones.service })
    await command('hold')
    expect(await hearsNoMore(call, tones.agent)).toBe(true)

    await key('119', 'hand-over')
    await hear([call, tones.agent], [atAgent, tones.caller])
    const atService = await fire.nextCall()
    await hear([call, tones.service], [atService, tones.caller])
    expect((await atAgent.ended).cause).toBe('hungUpByOther')
    expect(await hearsNoMore(atService, tones.agent)).toBe(true)

    await atService.hangUp()
    expect((await fact(callId).returned()).data).toMatchObject({ service: '119', reason: 'service hung up' })
    const queued = await centre.timeline.until('call.queued', (d) => d.callId === callId && d.reason === 'left-alone')
    expect(queued.data.priority).toBe(1000)
    const again = await phone.nextCall()
    await hear([call, tones.agent], [again, tones.caller])
    await call.hangUp()
    await fact(callId).released()
  })

  test.each([
    ['busy', { kind: 'reject', status: 486 }, 'busy', '5204'],
    ['silent', { kind: 'ring' }, 'noAnswer', '5205'],
    ['out of order', { kind: 'reject', status: 503 }, 'unreachable', '5206'],
  ] as const)(
    '110 is %s: citizen and agent were never apart, and the reason is on record',
    async (_what, onCall, reason, agentId) => {
      const { call, callId, atAgent, key, command } = await talk(agentId)
      centre.branch('110', onCall)

      await key('110', 'hand-over')

      expect((await fact(callId).returned()).data).toMatchObject({ service: '110', reason })
      await hear([call, tones.agent], [atAgent, tones.caller])
      // What an agent can do in a talk can be done again.
      await command('hold')
      expect(await hearsNoMore(call, tones.agent)).toBe(true)
      await command('retrieve')
      await hear([call, tones.agent])
      await call.hangUp()
      await fact(callId).released()
    },
  )

  test('from a consultation: the consulted is let go and the citizen is there at once, then the service too', async () => {
    const { call, callId, atAgent, command, key } = await talk('5207')
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 50, tone: tones.branch })
    await command('consult', { branch: '12366' })
    const atBranch = await branch.nextCall()
    await hear([atAgent, tones.branch])
    const police = centre.branch('110', { kind: 'answer', afterMs: 1500, tone: tones.service })

    await key('110', 'three-way')

    expect((await atBranch.ended).cause).toBe('hungUpByOther')
    await hear([call, tones.agent], [atAgent, tones.caller])
    const atService = await police.nextCall()
    await hear([call, tones.service], [atAgent, tones.service], [atService, tones.caller], [atService, tones.agent])
    await call.hangUp()
    expect((await atService.ended).cause).toBe('hungUpByOther')
    await fact(callId).released()
  })

  test('an agent who hangs up while 110 rings: citizen and service talk when it answers', async () => {
    const { call, callId, atAgent, key } = await talk('5208')
    const police = centre.branch('110', { kind: 'answer', afterMs: 1500, tone: tones.service })
    await key('110', 'three-way')
    const atService = await police.nextCall()

    await atAgent.hangUp()

    await hear([call, tones.service], [atService, tones.caller])
    await call.hangUp()
    expect((await atService.ended).cause).toBe('hungUpByOther')
    await fact(callId).released()
  })

  test('taken back while it rings: the service is cancelled, citizen and agent go on', async () => {
    const { call, callId, atAgent, key, command } = await talk('5209')
    const police = centre.branch('110', { kind: 'ring' })
    await key('110', 'three-way')
    const atService = await police.nextCall()

    await command('return')

    expect((await atService.ended).cause).toBe('cancelledByOther')
    expect((await fact(callId).returned()).data.reason).toBe('agent')
    await hear([call, tones.agent], [atAgent, tones.caller])
    await call.hangUp()
    await fact(callId).released()
  })

  test('who may press it, and where it leads nowhere', async () => {
    const { call, callId, key } = await talk('5210')
    const asAgent = async (agentId: string) => {
      const user = { username: `user-${agentId}`, password: 'a long password' }
      await centre.admin.post('/users', { ...user, role: 'agent', agentId })
      return HotlineClient.login(`http://127.0.0.1:${centre.stack.ports.http}`, user)
    }
    await centre.agent('5211', { ready: false })
    const [own, other] = [await asAgent('5210'), await asAgent('5211')]
    const body = { service: '110', mode: 'three-way' }

    await expect(key('120', 'three-way')).rejects.toMatchObject({ status: 400, code: 'transfer-target-unknown' })
    await expect(key('12366', 'three-way')).rejects.toMatchObject({ status: 400 })
    await expect(other.post(`/calls/${callId}/emergency`, body)).rejects.toMatchObject({
      code: 'call-of-another-agent',
    })
    const police = centre.branch('110', { kind: 'answer', afterMs: 50, tone: tones.service })
    await own.post(`/calls/${callId}/emergency`, body)
    await police.nextCall()
    await fact(callId).connected()
    expect(centre.timeline.of('call.emergency-started').find(({ data }) => data.callId === callId)?.data).toMatchObject(
      { by: 'user-5210', agentId: '5210', service: '110', mode: 'three-way' },
    )

    await call.hangUp()
    await fact(callId).released()
    await expect(key('110', 'three-way')).rejects.toMatchObject({ status: 404, code: 'call-unknown' })
  })
})
