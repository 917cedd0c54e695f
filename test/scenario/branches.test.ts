import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import type { TelephoneCall } from '../support/telephone.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000, branch: 1700 }

interface BranchView {
  readonly number: string
  readonly state: string
  readonly reason: string
  readonly calls: number
}

describe.each(variants())('branch hotlines on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  async function talk(agentId: string) {
    const phone = await centre.agent(agentId, { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const { call, callId } = await centre.call('0', { tone: tones.caller })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    const atAgent = await phone.nextCall()
    return { call, callId, atAgent, phone }
  }
  const command = (callId: string, name: string, body: object = {}) =>
    centre.admin.post<{ talk: string }>(`/calls/${callId}/${name}`, body)
  const branchNow = (number: string) => centre.admin.get<BranchView>(`/branches/${number}`)
  const together = async (call: TelephoneCall, atAgent: TelephoneCall) => {
    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
  }

  test('a branch that is closed is not rung: the desk hears why, and citizen and agent talk on', async () => {
    const { call, callId, atAgent } = await talk('6101')
    await centre.admin.post('/calendars/prices/close', { reason: 'stocktaking' })

    await expect(command(callId, 'consult', { branch: '12358' })).rejects.toMatchObject({
      status: 409,
      code: 'branch-closed',
    })

    expect(await branchNow('12358')).toMatchObject({ state: 'closed', reason: expect.stringMatching(/stocktaking/) })
    await together(call, atAgent)
    const refused = await centre.timeline.until('call.branch-refused', (data) => data.callId === callId)
    expect(refused.data).toMatchObject({ agentId: '6101', target: '12358', outcome: 'closed' })
    await centre.admin.post('/calendars/prices/reopen')
    expect(await branchNow('12358')).toMatchObject({ state: 'open', reason: '' })
  })

  test('a branch takes no more calls than its capacity, and takes the next when one is over', async () => {
    const first = await talk('6102')
    const second = await talk('6103')
    const branch = centre.branch('12333', { kind: 'answer', afterMs: 0, tone: tones.branch })
    await command(first.callId, 'consult', { branch: '12333' })
    await centre.timeline.until('call.consulted', (data) => data.callId === first.callId)

    await expect(command(second.callId, 'transfer', { branch: '12333' })).rejects.toMatchObject({
      status: 409,
      code: 'branch-busy',
    })

    expect(await branchNow('12333')).toMatchObject({ state: 'busy', calls: 1 })
    await together(second.call, second.atAgent)
    await command(first.callId, 'return')
    await until(async () => (await branchNow('12333')).state === 'open', 'the line to the branch is free')
    await command(second.callId, 'transfer', { branch: '12333' })
    expect(await second.call.hears(tones.branch)).toBe(true)
    await branch.nextCall()
  })

  test("the advice: the citizen hears the branch's number while the agent waits, then both talk on", async () => {
    const { call, callId, atAgent } = await talk('6104')

    const { talk: state } = await command(callId, 'advice', { branch: '12366' })

    expect(state).toBe('advising')
    await until(async () => !(await call.hears(tones.agent, { withinMs: 200 })), 'the citizen hears the advice')
    await expect(command(callId, 'advice', { branch: '12366' })).rejects.toMatchObject({ status: 409 })
    await expect(command(callId, 'advice', { branch: '99999' })).rejects.toMatchObject({ status: 400 })
    expect(await call.hears(tones.agent, { withinMs: 60_000 })).toBe(true)
    await together(call, atAgent)
    expect(centre.timeline.of('call.advised').map(({ data }) => data)).toContainEqual({
      callId,
      agentId: '6104',
      target: '12366',
    })
  })

  test('a branch that hangs up on the citizen who waits there: the citizen is queued again at the old place', async () => {
    const { call, callId } = await talk('6105')
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 0, tone: tones.branch })
    await command(callId, 'transfer', { branch: '12366' })
    await centre.timeline.until('call.transferred', (data) => data.callId === callId)
    expect(await call.hears(tones.branch)).toBe(true)

    await (await branch.nextCall()).hangUp()

    const returned = await centre.timeline.until('call.returned', (data) => data.callId === callId)
    expect(returned.data.reason).toBe('hung up while waiting')
    const again = await centre.timeline.until(
      'call.queued',
      (data) => data.callId === callId && data.reason === 'left-alone',
    )
    const before = centre.timeline.of('call.queued').find(({ data }) => data.callId === callId)
    expect(again.data.queuedAt).toBe(before?.data.queuedAt)
    expect(await call.hears(tones.agent, { withinMs: 60_000 })).toBe(true)
  })

  test("specialist seats: the branch's own number rings them, without a menu", async () => {
    await centre.agent('6106', {
      skills: ['market-supervision'],
      onCall: { kind: 'answer', afterMs: 0, tone: tones.branch },
    })

    const { call, callId } = await centre.call('', { number: '12315', tone: tones.caller })

    const answered = await centre.timeline.until('call.answered', (data) => data.callId === callId)
    expect(answered.data).toMatchObject({ agentId: '6106', queue: 'market-supervision' })
    expect(await call.hears(tones.branch)).toBe(true)
  })

  test('specialist seats: an agent consults one by the number of the branch; without a free seat the branch is busy', async () => {
    const { call, callId, atAgent } = await talk('6107')
    await expect(command(callId, 'consult', { branch: '12315' })).rejects.toMatchObject({ code: 'branch-busy' })
    await centre.agent('6108', {
      skills: ['market-supervision'],
      onCall: { kind: 'answer', afterMs: 0, tone: tones.branch },
    })

    await command(callId, 'consult', { branch: '12315' })

    expect(await atAgent.hears(tones.branch)).toBe(true)
    expect(await centre.admin.agentState('6108')).toBe('talking')
    await command(callId, 'join')
    expect(await call.hears(tones.branch)).toBe(true)
    expect(await call.hears(tones.agent)).toBe(true)
  })

  // After all others: what they did is what is counted.
  test('the figures tell what came of the calls to each branch', async () => {
    const figures = () => centre.admin.get<{ branch: string; wanted: number }[]>('/metrics/branches')
    const of = async (branch: string) => (await figures()).find((each) => each.branch === branch)

    await until(async () => (await of('12315'))?.wanted === 2, 'the log has all of it')
    expect(await of('12358')).toMatchObject({ wanted: 1, reached: 0, closed: 1, busy: 0 })
    expect(await of('12333')).toMatchObject({ wanted: 3, reached: 2, busy: 1 })
    expect(await of('12366')).toMatchObject({ wanted: 1, reached: 1, advised: 1 })
    expect(await of('12315')).toMatchObject({ wanted: 2, reached: 1, busy: 1 })
  })
})
