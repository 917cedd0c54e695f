import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hearsTone } from '../../src/embedded/rtp/index.ts'
import { type Baresip, baresipPort, hasBaresip, startBaresip } from '../support/baresip.ts'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

if (!hasBaresip) console.warn('baresip is not on PATH (Debian package baresip-core): its scenario is skipped')

// A phone that is not ours: what our phones and our switch might get wrong in the same way shows here.
describe.skipIf(!hasBaresip).each(variants())('baresip as the agent’s phone on $name', (variant) => {
  let centre: Centre
  let citizen: Baresip
  const number = '13900008800'
  beforeAll(async () => {
    const sipPort = await baresipPort()
    centre = await Centre.start({ variant, city: 'baresip-city.yaml', trunkPort: sipPort })
    citizen = await startBaresip({ user: number, port: centre.stack.ports.sip, hertz: 440, sipPort })
  })
  afterAll(async () => {
    await citizen?.stop()
    await centre.stop()
  })

  test('baresip registers, is rung, answers, both hear each other, and the agent is free afterwards', async () => {
    const password = 'phone-of-8801'
    await centre.admin.createAgent({ agentId: '8801', name: 'Baresip', phonePassword: password })
    const baresip = await startBaresip({ user: '8801', password, port: centre.stack.ports.sip, hertz: 1000 })
    try {
      await until(() => /200 OK/.test(baresip.output()), `baresip registers: ${baresip.output()}`)
      await centre.admin.makeReady('8801')

      const { call, callId } = await centre.call('14', { tone: 440 })

      await centre.timeline.until('call.bridged', (data) => data.callId === callId)
      expect(await call.hears(1000, { withinMs: 5000 })).toBe(true)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await call.hangUp()
      await centre.timeline.until('call.released', (data) => data.callId === callId)
      await until(async () => (await centre.admin.agentState('8801')) === 'ready', 'the agent is ready')
      await until(() => baresip.heard().length > 0, 'baresip kept what it heard')
      const [heard = new Int16Array()] = baresip.heard()
      // The last second: the beginning may be silence from before the bridge.
      expect(hearsTone(heard.slice(-8000), 440)).toBe(true)
      expect(hearsTone(heard.slice(-8000), 1000)).toBe(false)
    } finally {
      await baresip.stop()
    }
  })

  test('the keys of baresip: hold and resume are noted, transfer gives the citizen to a branch, or back when it is busy', async () => {
    const password = 'phone-of-8802'
    await centre.admin.createAgent({ agentId: '8802', name: 'Baresip', phonePassword: password })
    const baresip = await startBaresip({ user: '8802', password, port: centre.stack.ports.sip, hertz: 1000 })
    try {
      await until(() => /200 OK/.test(baresip.output()), `baresip registers: ${baresip.output()}`)
      await centre.admin.makeReady('8802')
      const { call, callId } = await centre.call('14', { tone: 440 })
      const ofCall = (data: { callId: string }) => data.callId === callId
      await centre.timeline.until('call.bridged', ofCall)
      expect(await call.hears(1000, { withinMs: 5000 })).toBe(true)

      await baresip.press('hold')
      await centre.timeline.until('call.held', ofCall)
      await baresip.press('resume')
      await centre.timeline.until('call.retrieved', ofCall)
      expect(await call.hears(1000, { withinMs: 5000 })).toBe(true)

      centre.branch('12333', { kind: 'reject', status: 486 })
      await baresip.press('transfer', `sip:12333@127.0.0.1:${centre.stack.ports.sip}`)
      const failed = await centre.timeline.until('call.consultation-failed', ofCall)
      expect(failed.data).toMatchObject({ target: '12333', outcome: 'busy' })
      // baresip 1.0 hangs up when its REFER is refused; the citizen is queued again, and it is rung again.
      expect(await call.hears(1000, { withinMs: 15_000 })).toBe(true)

      const branch = centre.branch('12366', { kind: 'answer', afterMs: 100, tone: 1700 })
      await baresip.press('transfer', `sip:12366@127.0.0.1:${centre.stack.ports.sip}`)
      await centre.timeline.until('call.transferred', ofCall)
      expect(await call.hears(1700, { withinMs: 5000 })).toBe(true)
      expect(await (await branch.nextCall()).hears(440, { withinMs: 5000 })).toBe(true)
      await until(async () => (await centre.admin.agentState('8802')) === 'ready', 'the agent is ready')
      await call.hangUp()
      await centre.timeline.until('call.released', ofCall)
    } finally {
      await baresip.stop()
    }
  })

  test('baresip in a three-way with a branch: everybody hears everybody, and the other two go on when it hangs up', async () => {
    const password = 'phone-of-8803'
    await centre.admin.createAgent({ agentId: '8803', name: 'Baresip', phonePassword: password })
    const baresip = await startBaresip({ user: '8803', password, port: centre.stack.ports.sip, hertz: 1000 })
    try {
      await until(() => /200 OK/.test(baresip.output()), `baresip registers: ${baresip.output()}`)
      await centre.admin.makeReady('8803')
      const { call, callId } = await centre.call('14', { tone: 440 })
      const ofCall = (data: { callId: string }) => data.callId === callId
      await centre.timeline.until('call.bridged', ofCall)
      const branch = centre.branch('12366', { kind: 'answer', afterMs: 100, tone: 1700 })
      await centre.admin.post(`/calls/${callId}/consult`, { branch: '12366' })
      const atBranch = await branch.nextCall()
      expect(await atBranch.hears(1000, { withinMs: 5000 })).toBe(true)

      await centre.admin.post(`/calls/${callId}/join`)

      expect(await call.hears(1000, { withinMs: 5000 })).toBe(true)
      expect(await call.hears(1700, { withinMs: 5000 })).toBe(true)
      expect(await atBranch.hears(440, { withinMs: 5000 })).toBe(true)
      expect(await atBranch.hears(1000, { withinMs: 5000 })).toBe(true)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await baresip.press('hangup')
      await centre.timeline.until('call.transferred', ofCall)
      expect(await call.hears(1700, { withinMs: 5000 })).toBe(true)
      expect(await atBranch.hears(440, { withinMs: 5000 })).toBe(true)
      await until(() => baresip.heard().length > 0, 'baresip kept what it heard')
      const [heard = new Int16Array()] = baresip.heard()
      for (const tone of [440, 1700]) expect(hearsTone(heard.slice(-8000), tone), `${tone} Hz`).toBe(true)
      await call.hangUp()
      await centre.timeline.until('call.released', ofCall)
    } finally {
      await baresip.stop()
    }
  })

  /** An agent whose phone is baresip, ready. */
  async function baresipAgent(agentId: string, hertz: number, skills: string[] = []) {
    const password = `phone-of-${agentId}`
    await centre.admin.createAgent({ agentId, name: 'Baresip', phonePassword: password, skills })
    const baresip = await startBaresip({ user: agentId, password, port: centre.stack.ports.sip, hertz })
    await until(() => /200 OK/.test(baresip.output()), `baresip registers: ${baresip.output()}`)
    await centre.admin.makeReady(agentId)
    return baresip
  }
  const heardBy = async (baresip: { heard(): Int16Array[] }, tones: readonly number[]) => {
    await until(() => baresip.heard().length > 0, 'baresip kept what it heard')
    const last = baresip.heard().at(-1) ?? new Int16Array()
    return tones.map((tone) => hearsTone(last.slice(-8000), tone))
  }

  test('a supervisor listens by baresip to an agent on baresip: hears both, is heard by nobody', async () => {
    const agent = await baresipAgent('8811', 1000)
    const supervisor = await baresipAgent('8812', 1700)
    try {
      // The supervisor takes no calls.
      await centre.admin.post('/agents/8812/break', { reason: 'supervision' })
      const { call, callId } = await centre.call('14', { tone: 440 })
      await centre.timeline.until('call.bridged', (data) => data.callId === callId)

      await centre.admin.post(`/calls/${callId}/listen`, { agentId: '8812' })

      await centre.timeline.until('call.monitor-started', (data) => data.callId === callId)
      expect(await call.hears(1000, { withinMs: 5000 })).toBe(true)
      expect(await call.hears(1700, { withinMs: 1000 })).toBe(false)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await call.hangUp()
      await centre.timeline.until('call.released', (data) => data.callId === callId)
      expect(await heardBy(supervisor, [440, 1000])).toEqual([true, true])
      expect(await heardBy(agent, [440, 1700])).toEqual([true, false])
    } finally {
      await Promise.all([agent.stop(), supervisor.stop()])
    }
  })

  test('a supervisor on baresip whispers to the agent, barges in, and takes the call over', async () => {
    const agent = await baresipAgent('8813', 1000)
    const supervisor = await baresipAgent('8814', 1700)
    try {
      await centre.admin.post('/agents/8814/break', { reason: 'supervision' })
      const { call, callId } = await centre.call('14', { tone: 440 })
      const ofCall = (data: { callId: string }) => data.callId === callId
      await centre.timeline.until('call.bridged', ofCall)

      await centre.admin.post(`/calls/${callId}/whisper`, { agentId: '8814' })
      await centre.timeline.until('call.monitor-started', ofCall)
      await listenAWhile()
      expect(await call.hears(1700, { withinMs: 1000 })).toBe(false)
      await centre.admin.post(`/calls/${callId}/barge`, { agentId: '8814' })
      expect(await call.hears(1700, { withinMs: 5000 })).toBe(true)
      await centre.admin.post(`/calls/${callId}/take-over`, { agentId: '8814' })

      await centre.timeline.until('call.taken-over', ofCall)
      expect(await call.hears(1700, { withinMs: 5000 })).toBe(true)
      await until(async () => (await heardOften(agent, 1700)) > 4, 'the agent heard the whisper')
      await supervisor.press('hold')
      await centre.timeline.until('call.held', ofCall)
      await supervisor.press('resume')
      await centre.timeline.until('call.retrieved', ofCall)
      expect(await call.hears(1700, { withinMs: 5000 })).toBe(true)
      await listenAWhile()
      await call.hangUp()
      await centre.timeline.until('call.released', ofCall)
      expect(await heardBy(supervisor, [440])).toEqual([true])
    } finally {
      await Promise.all([agent.stop(), supervisor.stop()])
    }
  }, 60_000)

  test('click-to-call and the emergency key by baresip: the citizen, the agent and 110 hear each other', async () => {
    const agent = await baresipAgent('8821', 1000)
    try {
      const { callId } = await centre.admin.post<{ callId: string }>('/outbound-calls', { number, agentId: '8821' })
      await centre.timeline.until('call.bridged', (data) => data.callId === callId)
      const police = centre.branch('110', { kind: 'answer', afterMs: 100, tone: 1700 })

      await centre.admin.post(`/calls/${callId}/emergency`, { service: '110', mode: 'three-way' })

      const at110 = await police.nextCall()
      expect(await at110.hears(440, { withinMs: 5000 })).toBe(true)
      expect(await at110.hears(1000, { withinMs: 5000 })).toBe(true)
      await listenAWhile()
      await citizen.press('hangup')
      await centre.timeline.until('call.released', (data) => data.callId === callId)
      expect(await heardBy(agent, [440, 1700])).toEqual([true, true])
      expect(await heardBy(citizen, [1000, 1700])).toEqual([true, true])
    } finally {
      await agent.stop()
    }
  })

  /** baresip is the citizen: it dials 12345 and presses keys. */
  async function dial(keys: string) {
    const before = centre.timeline.of('call.offered').length
    await citizen.press('dial', `sip:12345@127.0.0.1:${centre.stack.ports.sip}`)
    const offered = await centre.timeline.until(
      'call.offered',
      ({ callerNumber, callId }) =>
        callerNumber === number &&
        !centre.timeline
          .of('call.offered')
          .slice(0, before)
          .some(({ data }) => data.callId === callId),
    )
    const { callId } = offered.data
    const ofCall = (data: { callId: string | null }) => data.callId === callId
    await centre.timeline.until('call.accepted', ofCall)
    await citizen.press('sndcode', keys)
    return { callId, ofCall }
  }

  test('baresip as the citizen: keys through the menu, waits, talks with an agent on baresip, rates the talk', async () => {
    const { ofCall } = await dial('131')
    const queued = await centre.timeline.until('call.queued', ofCall)
    expect(queued.data).toMatchObject({ queue: 'market-supervision', language: 'cmn' })

    const agent = await baresipAgent('8831', 1000, ['market-supervision'])
    try {
      await centre.timeline.until('call.bridged', ofCall)
      await listenAWhile()
      await agent.press('hangup')
      await centre.timeline.until('call.rating-asked', ofCall)
      await citizen.press('sndcode', '5')

      expect((await centre.timeline.until('call.rated', ofCall)).data).toMatchObject({ agentId: '8831', rating: 5 })
      await centre.timeline.until('call.released', ofCall)
      expect(await heardBy(agent, [440])).toEqual([true])
      await until(async () => (await heardOften(citizen, 1000)) > 4, 'the citizen heard the agent')
    } finally {
      await agent.stop()
    }
  }, 60_000)

  test('baresip as the citizen: nobody is there, so it leaves a message', async () => {
    const { ofCall } = await dial('121')
    await centre.timeline.until('call.sent-to-voicemail', ofCall)

    // The same key skips the greeting, ends the message, and accepts it.
    const left = () => centre.timeline.of('voicemail.left').find(({ data }) => ofCall(data))
    for (let presses = 0; presses < 8 && !left(); presses += 1) {
      await citizen.press('sndcode', '#')
      await listenAWhile(2500)
    }

    expect(left()?.data).toMatchObject({ queue: 'social-security', callerNumber: number })
    await centre.timeline.until('call.released', ofCall)
  }, 60_000)

  test('baresip as the citizen: asks for a callback by key, and is called back', async () => {
    const { ofCall } = await dial('111')
    await centre.timeline.until('call.queued', ofCall)
    await citizen.press('sndcode', '11')
    const { callbackId } = (await centre.timeline.until('callback.opened', ofCall)).data
    await centre.timeline.until('call.released', ofCall, { withinMs: 20_000 })

    const agent = await centre.agent('8832', { skills: ['tax'], onCall: { kind: 'answer', afterMs: 0, tone: 1000 } })

    const atAgent = await agent.nextCall({ withinMs: 10_000 })
    expect(await atAgent.hears(440, { withinMs: 10_000 })).toBe(true)
    const closed = await centre.timeline.until('callback.closed', (data) => data.callbackId === callbackId)
    expect(closed.data).toMatchObject({ outcome: 'reached', by: '8832' })
    await listenAWhile()
    await atAgent.hangUp()
    await until(async () => (await heardOften(citizen, 1000)) > 4, 'the citizen heard the agent')
  }, 60_000)
})

/** What baresip keeps of a call is checked at its end: the time in which there is something to keep. */
const listenAWhile = (ms = 1500) => new Promise((resolve) => setTimeout(resolve, ms))

/** In how many fifths of a second of its last call the phone heard the tone. */
async function heardOften(baresip: Baresip, hertz: number): Promise<number> {
  await until(() => baresip.heard().length > 0, 'baresip kept what it heard')
  const last = baresip.heard().at(-1) ?? new Int16Array()
  const fifths = Array.from({ length: Math.floor(last.length / 1600) }, (_, n) => last.slice(n * 1600, (n + 1) * 1600))
  return fifths.filter((part) => hearsTone(part, hertz)).length
}
