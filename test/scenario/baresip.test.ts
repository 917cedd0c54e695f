import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hasBaresip } from '../support/baresip/baresip-process.ts'
import { Centre, variants } from '../support/centre.ts'
import type { Telephone, TelephoneCall } from '../support/telephone.ts'
import { until } from '../support/until.ts'

if (!hasBaresip) console.warn('baresip is not on PATH (Debian package baresip-core): its scenarios are skipped')

const tones = { caller: 440, agent: 1000, third: 1700 }
const ofCall = (callId: string) => (data: { callId: string | null }) => data.callId === callId

// Phones that are not ours: what our phones and our switch might get wrong in the same way shows here. A choice of what
// `npm run test:baresip` plays with baresips: all scenarios.
describe.skipIf(!hasBaresip).each(variants())('baresip on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant, city: 'baresip-city.yaml', phones: 'baresip' })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  const agent = (agentId: string, { tone = tones.agent, skills = [] }: { tone?: number; skills?: string[] } = {}) =>
    centre.agent(agentId, { onCall: { kind: 'answer', afterMs: 0, tone }, skills })

  /** Whose keys lead to nobody but an agent with no skill. */
  async function talk(phone: Telephone) {
    const { call, callId } = await centre.call('14', { tone: tones.caller })
    await centre.timeline.until('call.bridged', ofCall(callId))
    return { call, callId, atAgent: await phone.nextCall() }
  }

  const hear = async (...pairs: (readonly [TelephoneCall, number])[]) => {
    for (const [who, tone] of pairs) expect(await who.hears(tone), `${tone} Hz`).toBe(true)
  }

  const command = (callId: string, name: string, body: object = {}) =>
    centre.admin.post(`/calls/${callId}/${name}`, body)

  const isReady = (agentId: string) =>
    until(async () => (await centre.admin.agentState(agentId)) === 'ready', `${agentId} is ready`)

  test('an agent is rung, answers, both hear each other, and the agent is free afterwards', async () => {
    const { call, callId, atAgent } = await talk(await agent('8801'))

    await hear([call, tones.agent], [atAgent, tones.caller])
    expect(await atAgent.hears(tones.agent, { withinMs: 300 })).toBe(false)
    await call.hangUp()

    expect((await atAgent.ended).cause).toBe('hungUpByOther')
    await centre.timeline.until('call.released', ofCall(callId))
    await isReady('8801')
  })

  test('the keys of baresip: hold and resume are noted, transfer gives the citizen to a branch, or back when it is busy', async () => {
    const phone = await agent('8802')
    const { call, callId, atAgent } = await talk(phone)
    await hear([call, tones.agent])

    await atAgent.hold()
    await centre.timeline.until('call.held', ofCall(callId))
    await atAgent.resume()
    await centre.timeline.until('call.retrieved', ofCall(callId))
    await hear([call, tones.agent])

    centre.branch('12333', { kind: 'reject', status: 486 })
    expect(await atAgent.refer('12333')).toBe(486)
    const failed = await centre.timeline.until('call.consultation-failed', ofCall(callId))
    expect(failed.data).toMatchObject({ target: '12333', outcome: 'busy' })
    // baresip 1.0 hangs up when its REFER is refused; the citizen is queued again, and it is rung again.
    const again = await phone.nextCall()
    await hear([call, tones.agent])

    const branch = centre.branch('12366', { kind: 'answer', afterMs: 100, tone: tones.third })
    expect(await again.refer('12366')).toBe(200)
    await centre.timeline.until('call.transferred', ofCall(callId))
    await hear([call, tones.third], [await branch.nextCall(), tones.caller])
    await isReady('8802')
    await call.hangUp()
    await centre.timeline.until('call.released', ofCall(callId))
  })

  test('a three-way with a branch: everybody hears everybody, and the other two go on when the agent hangs up', async () => {
    const { call, callId, atAgent } = await talk(await agent('8803'))
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 100, tone: tones.third })
    await command(callId, 'consult', { branch: '12366' })
    const atBranch = await branch.nextCall()
    await hear([atBranch, tones.agent])

    await command(callId, 'join')

    await hear([call, tones.agent], [call, tones.third])
    await hear([atAgent, tones.caller], [atAgent, tones.third])
    await hear([atBranch, tones.caller], [atBranch, tones.agent])
    await atAgent.hangUp()
    await centre.timeline.until('call.transferred', ofCall(callId))
    await hear([call, tones.third], [atBranch, tones.caller])
    await call.hangUp()
    await centre.timeline.until('call.released', ofCall(callId))
  })

  /** An agent who talks, and a supervisor, who takes no calls. */
  async function watchedTalk(agentId: string, supervisorId: string) {
    const supervisor = await agent(supervisorId, { tone: tones.third })
    await centre.admin.post(`/agents/${supervisorId}/break`, { reason: 'supervision' })
    return { ...(await talk(await agent(agentId))), supervisor }
  }

  test('a supervisor listens to an agent: hears both, is heard by nobody', async () => {
    const { call, callId, atAgent, supervisor } = await watchedTalk('8811', '8812')

    await command(callId, 'listen', { agentId: '8812' })

    await centre.timeline.until('call.monitor-started', ofCall(callId))
    const listening = await supervisor.nextCall()
    await hear([listening, tones.caller], [listening, tones.agent], [call, tones.agent], [atAgent, tones.caller])
    expect(await call.hears(tones.third, { withinMs: 1000 })).toBe(false)
    expect(await atAgent.hears(tones.third, { withinMs: 1000 })).toBe(false)
    await call.hangUp()
    await centre.timeline.until('call.released', ofCall(callId))
  })

  test('a supervisor whispers to the agent, barges in, and takes the call over', async () => {
    const { call, callId, atAgent, supervisor } = await watchedTalk('8813', '8814')

    await command(callId, 'whisper', { agentId: '8814' })
    await centre.timeline.until('call.monitor-started', ofCall(callId))
    await hear([atAgent, tones.third])
    expect(await call.hears(tones.third, { withinMs: 1000 })).toBe(false)
    await command(callId, 'barge', { agentId: '8814' })
    await hear([call, tones.third])
    await command(callId, 'take-over', { agentId: '8814' })

    await centre.timeline.until('call.taken-over', ofCall(callId))
    const taken = await supervisor.nextCall()
    await hear([call, tones.third], [taken, tones.caller])
    await taken.hold()
    await centre.timeline.until('call.held', ofCall(callId))
    await taken.resume()
    await centre.timeline.until('call.retrieved', ofCall(callId))
    await hear([call, tones.third])
    await call.hangUp()
    await centre.timeline.until('call.released', ofCall(callId))
  })

  test('click-to-call and the emergency key: the citizen, the agent and 110 hear each other', async () => {
    const phone = await agent('8821')
    const citizen = centre.citizen({ onCall: { kind: 'answer', afterMs: 0, tone: tones.caller } })
    const body = { number: citizen.user, agentId: '8821' }
    const { callId } = await centre.admin.post<{ callId: string }>('/outbound-calls', body)
    await centre.timeline.until('call.bridged', ofCall(callId))
    const police = centre.branch('110', { kind: 'answer', afterMs: 100, tone: tones.third })

    await command(callId, 'emergency', { service: '110', mode: 'three-way' })

    const [at110, atAgent, atCitizen] = [await police.nextCall(), await phone.nextCall(), await citizen.nextCall()]
    await hear([at110, tones.caller], [at110, tones.agent], [atAgent, tones.caller], [atAgent, tones.third])
    await hear([atCitizen, tones.agent], [atCitizen, tones.third])
    await atCitizen.hangUp()
    await centre.timeline.until('call.released', ofCall(callId))
  })

  test('a citizen gets through the menu by keys, waits, talks, and rates the talk', async () => {
    const { call, callId } = await centre.call('131', { tone: tones.caller })
    const queued = await centre.timeline.until('call.queued', ofCall(callId))
    expect(queued.data).toMatchObject({ queue: 'market-supervision', language: 'cmn' })

    const phone = await agent('8831', { skills: ['market-supervision'] })
    await centre.timeline.until('call.bridged', ofCall(callId))
    const atAgent = await phone.nextCall()
    await hear([call, tones.agent], [atAgent, tones.caller])
    await atAgent.hangUp()
    await centre.timeline.until('call.rating-asked', ofCall(callId))
    await call.sendDtmf('5', { via: 'rfc4733' })

    const rated = await centre.timeline.until('call.rated', ofCall(callId))
    expect(rated.data).toMatchObject({ agentId: '8831', rating: 5 })
    await centre.timeline.until('call.released', ofCall(callId))
  })

  test('a citizen whom nobody answers leaves a message', async () => {
    const { call, callId, from } = await centre.call('121', { tone: tones.caller })
    await centre.timeline.until('call.sent-to-voicemail', ofCall(callId))

    // The same key skips the greeting, ends the message, and accepts it.
    const left = () => centre.timeline.of('voicemail.left').find(({ data }) => data.callId === callId)
    for (let presses = 0; presses < 8 && !left(); presses += 1) {
      await call.sendDtmf('#', { via: 'rfc4733' })
      await speakAWhile()
    }

    expect(left()?.data).toMatchObject({ queue: 'social-security', callerNumber: from.user })
    await centre.timeline.until('call.released', ofCall(callId))
  })

  test('a citizen asks for a callback by key, and is called back', async () => {
    const citizen = centre.citizen({ onCall: { kind: 'answer', afterMs: 0, tone: tones.caller } })
    const { call, callId } = await centre.call('111', { from: citizen })
    await centre.timeline.until('call.queued', ofCall(callId))
    await call.sendDtmf('11', { via: 'rfc4733' })
    const { callbackId } = (await centre.timeline.until('callback.opened', ofCall(callId))).data
    await centre.timeline.until('call.released', ofCall(callId))

    const phone = await agent('8832', { skills: ['tax'] })

    const atAgent = await phone.nextCall()
    const atCitizen = await citizen.nextCall()
    await hear([atAgent, tones.caller], [atCitizen, tones.agent])
    const closed = await centre.timeline.until('callback.closed', (data) => data.callbackId === callbackId)
    expect(closed.data).toMatchObject({ outcome: 'reached', by: '8832' })
    await atAgent.hangUp()
  })
})

/** A message has to be longer than nothing before the key that ends it. */
const speakAWhile = () => new Promise((resolve) => setTimeout(resolve, 2500))
