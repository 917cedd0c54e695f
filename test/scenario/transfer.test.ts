import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { HotlineClient } from '../../scripts/client/hotline-client.ts'
import { Centre, variants } from '../support/centre.ts'
import type { Need, TelephoneCall } from '../support/telephone.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000, branch: 1700 }

interface AgentCounts {
  readonly agentId: string
  readonly talkedMs: number
}

describe.each(variants())('hold, transfer and three-way on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  const answers = { kind: 'answer', afterMs: 0, tone: tones.agent } as const

  /** A citizen and an agent who talk. */
  async function talk(agentId: string, needs?: Need) {
    const phone = await centre.agent(agentId, { onCall: answers, ...(needs && { needs }) })
    return together(phone, await centre.call('0', { tone: tones.caller }))
  }

  async function together<A, C extends TelephoneCall>(
    phone: { readonly user: string; nextCall(): Promise<A> },
    { call, callId }: { call: C; callId: string },
  ) {
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    const atAgent = await phone.nextCall()
    expect(await call.hears(tones.agent)).toBe(true)
    return { call, callId, atAgent, phone }
  }

  const command = (callId: string, name: string, body: object = {}) =>
    centre.admin.post<{ talk: string }>(`/calls/${callId}/${name}`, body)

  /** Not now and not in a while: a tone that was in the air needs a moment to fade. */
  async function hearsNoMore(call: TelephoneCall, tone: number): Promise<boolean> {
    await until(async () => !(await call.hears(tone, { withinMs: 300 })), `${tone} Hz is heard no more`)
    return !(await call.hears(tone, { withinMs: 300 }))
  }

  const closedOnce = async (callId: string) => {
    await centre.timeline.until('call.released', (data) => data.callId === callId)
    expect(centre.timeline.of('call.released').filter(({ data }) => data.callId === callId)).toHaveLength(1)
  }

  test('hold: the citizen hears music and not the agent, retrieve brings both together', async () => {
    const { call, callId, atAgent } = await talk('5001')

    await command(callId, 'hold')
    expect(await hearsNoMore(call, tones.agent)).toBe(true)
    expect(await hearsNoMore(atAgent, tones.caller)).toBe(true)
    await command(callId, 'retrieve')

    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
    await call.hangUp()
    await closedOnce(callId)
  })

  test('hold and retrieve without a pause, again and again: the two hear each other at the end of each', async () => {
    const { call, callId, atAgent } = await talk('5016')

    for (let round = 0; round < 4; round += 1) {
      await command(callId, 'hold')
      await command(callId, 'retrieve')
      expect(await call.hears(tones.agent)).toBe(true)
      expect(await atAgent.hears(tones.caller)).toBe(true)
    }

    await call.hangUp()
    await closedOnce(callId)
  })

  test("the hold key of the agent's phone: noted as a hold, and after it the two hear each other", async () => {
    const { call, callId, atAgent } = await talk('5036', 'own-hold')

    await atAgent.hold()
    await centre.timeline.until('call.held', (data) => data.callId === callId)
    expect(await hearsNoMore(call, tones.agent)).toBe(true)
    await atAgent.resume()

    await centre.timeline.until('call.retrieved', (data) => data.callId === callId)
    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
    await call.hangUp()
    await closedOnce(callId)
  })

  test('consultation: agent and branch talk alone, then the agent completes and is out', async () => {
    const { call, callId, atAgent, phone } = await talk('5002')
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 100, tone: tones.branch })

    await command(callId, 'consult', { branch: '12366' })
    const atBranch = await branch.nextCall()
    expect(await atAgent.hears(tones.branch)).toBe(true)
    expect(await atBranch.hears(tones.agent)).toBe(true)
    expect(await hearsNoMore(call, tones.agent)).toBe(true)
    expect(await call.hears(tones.branch, { withinMs: 300 })).toBe(false)
    await command(callId, 'complete')

    expect(await call.hears(tones.branch)).toBe(true)
    expect(await atBranch.hears(tones.caller)).toBe(true)
    expect((await atAgent.ended).cause).toBe('hungUpByOther')
    await until(async () => (await centre.admin.agentState(phone.user)) === 'ready', 'the agent is ready again')
    await atBranch.hangUp()
    expect((await call.ended).cause).toBe('hungUpByOther')
    await closedOnce(callId)
    expect(
      centre.timeline.of('call.transferred').some(({ data }) => data.callId === callId && data.target === '12366'),
    ).toBe(true)
  })

  test('three-way: all hear each other, the agent leaves and the other two go on', async () => {
    const { call, callId, atAgent } = await talk('5003')
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 100, tone: tones.branch })
    await command(callId, 'consult', { branch: '12366' })
    await centre.timeline.until('call.consulted', (data) => data.callId === callId)
    const atBranch = await branch.nextCall()

    await command(callId, 'join')

    for (const [who, hears] of [
      [call, tones.agent],
      [call, tones.branch],
      [atAgent, tones.caller],
      [atAgent, tones.branch],
      [atBranch, tones.caller],
      [atBranch, tones.agent],
    ] as const)
      expect(await who.hears(hears)).toBe(true)
    await atAgent.hangUp()
    await centre.timeline.until('call.transferred', (data) => data.callId === callId)
    expect(await hearsNoMore(call, tones.agent)).toBe(true)
    expect(await call.hears(tones.branch)).toBe(true)
    expect(await atBranch.hears(tones.caller)).toBe(true)
    await call.hangUp()
    expect((await atBranch.ended).cause).toBe('hungUpByOther')
    await closedOnce(callId)
  })

  test('three-way: the branch leaves, citizen and agent go on', async () => {
    const { call, callId, atAgent } = await talk('5004')
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 100, tone: tones.branch })
    await command(callId, 'consult', { branch: '12366' })
    await centre.timeline.until('call.consulted', (data) => data.callId === callId)
    const atBranch = await branch.nextCall()
    await command(callId, 'join')
    expect(await call.hears(tones.branch)).toBe(true)

    await atBranch.hangUp()

    await centre.timeline.until('call.returned', (data) => data.callId === callId)
    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
    await atAgent.hangUp()
    await closedOnce(callId)
  })

  test("REFER: the agent's phone sends the citizen to a branch, is told so, and is free", async () => {
    const { call, callId, atAgent, phone } = await talk('5030')
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 300, tone: tones.branch })

    const told = atAgent.refer('12366')

    const atBranch = await branch.nextCall()
    expect(await told).toBe(200)
    expect(await call.hears(tones.branch)).toBe(true)
    expect(await atBranch.hears(tones.caller)).toBe(true)
    await atAgent.ended
    await until(async () => (await centre.admin.agentState(phone.user)) === 'ready', 'the agent is ready again')
    await call.hangUp()
    await atBranch.ended
    await closedOnce(callId)
  })

  test.each([
    ['a busy branch', '5031', '12333', { kind: 'reject', status: 486 }, 486],
    ['a number outside the routes', '5032', '13900000000', undefined, 404],
  ] as const)(
    'REFER to %s: refused, and citizen and agent hear each other again',
    async (_what, id, number, policy, status) => {
      const { call, callId, atAgent } = await talk(id, 'refused-refer')
      if (policy) centre.branch(number, policy)

      expect(await atAgent.refer(number)).toBe(status)

      expect(await call.hears(tones.agent)).toBe(true)
      expect(await atAgent.hears(tones.caller)).toBe(true)
      // The talk is as it was: it can be held and taken back.
      await command(callId, 'hold')
      expect(await hearsNoMore(call, tones.agent)).toBe(true)
      await command(callId, 'retrieve')
      expect(await call.hears(tones.agent)).toBe(true)
      await call.hangUp()
      await closedOnce(callId)
    },
  )

  test('REFER with Replaces: refused, both calls stand, and nobody is called who was named', async () => {
    const needs = 'replaces'
    const phone = await centre.agent('5033', { onCall: answers, needs })
    const placed = await centre.call('0', { from: centre.citizen({ needs }), tone: tones.caller })
    const { call, callId, atAgent } = await together(phone, placed)
    const colleague = await centre.agent('5034', { onCall: { kind: 'answer', afterMs: 0, tone: tones.branch } })
    // The phone's second call, as its key for an attended transfer makes it (RFC 5589 section 7).
    const second = await centre.call('0', { from: phone, tone: tones.agent })
    await centre.timeline.until('call.bridged', (data) => data.callId === second.callId)
    const atColleague = await colleague.nextCall()
    const stranger = centre.citizen()
    const host = `127.0.0.1:${centre.phones.sipPort}`
    const both = async () => {
      for (const [who, hears] of [
        [call, tones.agent],
        [atAgent, tones.caller],
        [second.call, tones.branch],
        [atColleague, tones.agent],
      ] as const)
        expect(await who.hears(hears)).toBe(true)
    }

    expect(await atAgent.referTo(`sip:12345@127.0.0.1?Replaces=${second.call.replacedBy}`)).toBe(403)
    await both()
    expect(await second.call.referTo(`sip:5033@127.0.0.1?Replaces=${atAgent.replacedBy}`)).toBe(403)
    await both()
    expect(await atAgent.referTo(`sip:${stranger.user}@${host}?Replaces=nobody%3Bto-tag%3D1%3Bfrom-tag%3D2`)).toBe(403)
    expect(await call.referTo(`sip:${stranger.user}@${host}?Replaces=nobody%3Bto-tag%3D1%3Bfrom-tag%3D2`)).toBe(403)
    // What FreeSWITCH would read as the end of its own settings and an address to dial.
    const smuggled = `nobody%3Bto-tag%3D1%3Bfrom-tag%3D2}sofia/edge/sip:${stranger.user}@${host}`
    expect(await call.referTo(`sip:${stranger.user}@${host}?Replaces=${smuggled}`)).toBeGreaterThanOrEqual(400)
    await both()

    expect(stranger.calls).toHaveLength(0)
    for (const each of [call, second.call]) await each.hangUp()
    for (const each of [callId, second.callId]) await closedOnce(each)
  })

  test("a citizen's REFER moves nobody", async () => {
    const phone = await centre.agent('5035', { onCall: answers })
    const from = centre.citizen({ needs: 'refused-refer' })
    const { call, callId, atAgent } = await together(phone, await centre.call('0', { from, tone: tones.caller }))

    await call.refer('12366')

    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
    await call.hangUp()
    await closedOnce(callId)
  })

  test.each([
    ['busy', { kind: 'reject', status: 486 }, 'busy', '5005'],
    ['declining', { kind: 'reject', status: 603 }, 'rejected', '5006'],
    ['out of order', { kind: 'reject', status: 503 }, 'unreachable', '5007'],
    ['silent', { kind: 'ring' }, 'noAnswer', '5008'],
  ] as const)(
    'a branch that is %s: the citizen is back with the agent, who is told why',
    async (_what, onCall, outcome, agentId) => {
      const { call, callId, atAgent } = await talk(agentId)
      centre.branch('12333', onCall)

      await command(callId, 'transfer', { branch: '12333' })
      const failed = await centre.timeline.until('call.consultation-failed', (data) => data.callId === callId)

      expect(failed.data).toMatchObject({ target: '12333', outcome })
      expect(await call.hears(tones.agent)).toBe(true)
      expect(await atAgent.hears(tones.caller)).toBe(true)
      await call.hangUp()
      await closedOnce(callId)
    },
  )

  test('transfer: the branch answers and the agent is free', async () => {
    const { call, callId, atAgent, phone } = await talk('5009')
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 300, tone: tones.branch })

    await command(callId, 'transfer', { branch: '12366' })

    expect(await call.hears(tones.branch)).toBe(true)
    expect((await atAgent.ended).cause).toBe('hungUpByOther')
    await until(async () => (await centre.admin.agentState(phone.user)) === 'ready', 'the agent is ready')
    await call.hangUp()
    expect((await (await branch.nextCall()).ended).cause).toBe('hungUpByOther')
    await closedOnce(callId)
  })

  test('an agent who leaves while a silent branch rings: the citizen is queued again at the old place', async () => {
    const { call, callId, atAgent } = await talk('5010')
    centre.branch('12333', { kind: 'ring' })
    await command(callId, 'transfer', { branch: '12333' })
    await centre.timeline.until('call.consultation-started', (data) => data.callId === callId)

    await atAgent.hangUp()

    await centre.timeline.until('call.queued', (data) => data.callId === callId && data.reason === 'left-alone', {
      withinMs: 60_000,
    })
    expect(await call.hears(tones.agent)).toBe(true)
    await call.hangUp()
    await closedOnce(callId)
  })

  test('a consultation with another agent, and back: both are ready afterwards', async () => {
    const { call, callId, atAgent } = await talk('5011')
    const colleague = await centre.agent('5012', { onCall: { kind: 'answer', afterMs: 0, tone: tones.branch } })

    await command(callId, 'consult', { agentId: '5012' })
    await centre.timeline.until('call.consulted', (data) => data.callId === callId)
    expect(await atAgent.hears(tones.branch)).toBe(true)
    expect(await centre.admin.agentState('5012')).toBe('talking')
    await command(callId, 'return')

    expect(await call.hears(tones.agent)).toBe(true)
    expect((await (await colleague.nextCall()).ended).cause).toBe('hungUpByOther')
    await until(async () => (await centre.admin.agentState('5012')) === 'ready', 'the colleague is ready')
    await call.hangUp()
    await closedOnce(callId)
  })

  test('an agent who was given the citizen may do with the call what the first could', async () => {
    const { call, callId, atAgent } = await talk('5014')
    const colleague = await centre.agent('5015', { onCall: { kind: 'answer', afterMs: 0, tone: tones.branch } })
    const login = { username: 'colleague', password: 'a long password' }
    await centre.admin.post('/users', { ...login, role: 'agent', agentId: '5015' })
    const desk = await HotlineClient.login(`http://127.0.0.1:${centre.stack.ports.http}`, login)
    const toldAtDesk = await desk.timeline()
    await command(callId, 'consult', { agentId: '5015' })
    await centre.timeline.until('call.consulted', (data) => data.callId === callId)
    const atColleague = await colleague.nextCall()
    await command(callId, 'complete')
    await toldAtDesk.until('call.transferred', (data) => data.callId === callId)
    expect(await desk.get('/desk')).toMatchObject({ call: { callId, role: 'own', talk: 'talking' } })
    await toldAtDesk.close()
    await atAgent.ended
    expect(await call.hears(tones.branch)).toBe(true)

    expect(await command(callId, 'hold')).toMatchObject({ talk: 'held' })
    expect(await hearsNoMore(call, tones.branch)).toBe(true)
    await command(callId, 'retrieve')

    expect(await call.hears(tones.branch)).toBe(true)
    expect(await atColleague.hears(tones.caller)).toBe(true)
    await atColleague.hangUp()
    expect((await call.ended).cause).toBe('hungUpByOther')
    await closedOnce(callId)
    for (const agentId of ['5014', '5015'])
      await until(async () => (await centre.admin.agentState(agentId)) === 'ready', `${agentId} is ready`)
    const handled = async (agentId: string) =>
      (await centre.admin.get<AgentCounts[]>('/metrics/agents')).find((each) => each.agentId === agentId)
    await until(async () => ((await handled('5015'))?.talkedMs ?? 0) > 0, 'the talk of the second is counted')
    expect(await handled('5014')).toMatchObject({ answered: 1, handled: 1, talking: 0 })
    expect(await handled('5015')).toMatchObject({ answered: 0, handled: 1, talking: 0 })
  })

  test('what the talk does not allow is refused with what it does, and nothing changes', async () => {
    const { call, callId } = await talk('5013')

    await expect(command(callId, 'retrieve')).rejects.toMatchObject({ status: 409, code: 'transfer-refused' })
    await expect(command(callId, 'complete')).rejects.toThrow(/possible now: hold, advise, consult, transfer/)
    await expect(command(callId, 'consult', { branch: '99999' })).rejects.toMatchObject({
      status: 400,
      code: 'transfer-target-unknown',
    })
    await expect(command(callId, 'consult', { agentId: '5013' })).rejects.toMatchObject({ status: 409 })

    expect(await call.hears(tones.agent)).toBe(true)
    await call.hangUp()
    await closedOnce(callId)
  })
})
