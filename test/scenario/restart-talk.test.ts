import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import type { TelephoneCall } from '../support/telephone.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000, branch: 1700 }

describe.each(variants())('the hotline is killed in the middle of talks on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  const severalCallsAt = (number: '12366') =>
    centre.branch(number, { kind: 'answer', afterMs: 0, tone: tones.branch }, { needs: 'several-calls' })

  const command = (callId: string, name: string, body: object = {}) =>
    centre.admin.post<{ talk: string }>(`/calls/${callId}/${name}`, body)

  async function talk(agentId: string) {
    const phone = await centre.agent(agentId, { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const { call, callId } = await centre.call('0', { tone: tones.caller })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    return { call, callId, atAgent: await phone.nextCall(), agentId }
  }
  type Scene = Awaited<ReturnType<typeof talk>>

  async function consult(scene: Scene, to: object, thirdPhone: { nextCall(): Promise<TelephoneCall> }) {
    await command(scene.callId, 'consult', to)
    await centre.timeline.until('call.consulted', (data) => data.callId === scene.callId)
    return { ...scene, atThird: await thirdPhone.nextCall() }
  }

  const consultation = async (agentId: string, branch: { nextCall(): Promise<TelephoneCall> }) =>
    consult(await talk(agentId), { branch: '12366' }, branch)

  const hear = async (pairs: readonly (readonly [TelephoneCall, number])[]) => {
    for (const [who, tone] of pairs) expect(await who.hears(tone)).toBe(true)
  }
  const hearNot = async (pairs: readonly (readonly [TelephoneCall, number])[]) => {
    for (const [who, tone] of pairs)
      await until(async () => !(await who.hears(tone, { withinMs: 300 })), `${tone} Hz is heard no more`)
  }
  const free = (agentId: string) =>
    until(async () => (await centre.admin.agentState(agentId)) === 'ready', `${agentId} is ready again`)
  const releasedOnce = async ({ callId }: Scene) => {
    await centre.timeline.until('call.released', (data) => data.callId === callId)
    expect(centre.timeline.of('call.released').filter(({ data }) => data.callId === callId)).toHaveLength(1)
  }
  const restart = async () => {
    await centre.stack.child('hotline').kill('SIGKILL')
    await centre.restartHotline()
  }

  test('consultations, three-ways and holds go on where they were, and end as they would have', async () => {
    const branch = severalCallsAt('12366')
    const completed = await consultation('5101', branch)
    const returned = await consultation('5102', branch)
    const threeWay = await consultation('5103', branch)
    await command(threeWay.callId, 'join')
    const held = await talk('5104')
    await command(held.callId, 'hold')

    await restart()

    // Nobody was cut off, and nobody hears who was not to be heard.
    for (const { call, atAgent, atThird } of [completed, returned]) {
      await hear([
        [atAgent, tones.branch],
        [atThird, tones.agent],
      ])
      await hearNot([
        [call, tones.agent],
        [call, tones.branch],
      ])
    }
    const { call, atAgent, atThird } = threeWay
    const everybody = [
      [call, tones.agent],
      [call, tones.branch],
      [atAgent, tones.caller],
      [atAgent, tones.branch],
      [atThird, tones.caller],
      [atThird, tones.agent],
    ] as const
    await hear(everybody)
    await hearNot([[held.call, tones.agent]])

    await command(completed.callId, 'complete')
    await hear([
      [completed.call, tones.branch],
      [completed.atThird, tones.caller],
    ])
    await completed.atAgent.ended
    await command(returned.callId, 'return')
    await hear([
      [returned.call, tones.agent],
      [returned.atAgent, tones.caller],
    ])
    await returned.atThird.ended
    await atAgent.hangUp()
    await centre.timeline.until('call.transferred', (data) => data.callId === threeWay.callId)
    await hear([
      [call, tones.branch],
      [atThird, tones.caller],
    ])
    await command(held.callId, 'retrieve')
    await hear([
      [held.call, tones.agent],
      [held.atAgent, tones.caller],
    ])
    for (const scene of [completed, returned, threeWay, held]) {
      await scene.call.hangUp()
      await releasedOnce(scene)
      await free(scene.agentId)
    }
    await Promise.all([completed.atThird.ended, atThird.ended])
  })

  test('what happens while nobody looks: third parties that ring, leave or are agents, and an agent who leaves', async () => {
    const branch = severalCallsAt('12366')
    centre.branch('12333', { kind: 'ring' })
    const ringing = await talk('5111')
    await command(ringing.callId, 'consult', { branch: '12333' })
    const left = await consultation('5112', branch)
    await command(left.callId, 'join')
    const alone = await consultation('5113', branch)
    const given = await talk('5116')
    await command(given.callId, 'transfer', { branch: '12366' })
    const atGiven = await branch.nextCall()
    await centre.timeline.until('call.transferred', ({ callId }) => callId === given.callId)
    const toColleague = await talk('5114')
    const colleague = await centre.agent('5115', { onCall: { kind: 'answer', afterMs: 0, tone: tones.branch } })
    const toAgent = await consult(toColleague, { agentId: '5115' }, colleague)

    await centre.stack.child('hotline').kill('SIGKILL')
    await left.atThird.hangUp()
    await alone.atAgent.hangUp()
    await centre.restartHotline()

    await hear([
      [ringing.call, tones.agent],
      [ringing.atAgent, tones.caller],
      [left.call, tones.agent],
      [left.atAgent, tones.caller],
      [alone.call, tones.branch],
      [alone.atThird, tones.caller],
      [given.call, tones.branch],
    ])
    await atGiven.hangUp()
    await releasedOnce(given)
    expect(centre.timeline.of('call.released').find(({ data }) => data.callId === given.callId)?.data.by).toBe('third')
    const reasons = centre.timeline.of('call.returned').filter(({ data }) => data.callId === ringing.callId)
    expect(reasons).toHaveLength(1)
    await command(ringing.callId, 'hold')
    await command(left.callId, 'hold')
    await hearNot([[left.call, tones.agent]])
    await free('5113')
    await command(toAgent.callId, 'complete')
    await free('5114')
    await hear([[toAgent.call, tones.branch]])
    await toAgent.atThird.hangUp()
    await releasedOnce(toAgent)
    await free('5115')
    for (const scene of [ringing, left, alone]) {
      await scene.call.hangUp()
      await releasedOnce(scene)
      await free(scene.agentId)
    }
  })
})
