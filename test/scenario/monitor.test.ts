import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import type { Need, TelephoneCall } from '../support/telephone.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000, branch: 1700, supervisor: 2200 }

describe.each(variants())('supervision on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterEach(() => centre.clear())
  afterAll(() => centre.stop())

  /** A citizen and an agent who talk, and a supervisor who is not ready for calls. */
  async function talk(agentId: string, supervisorId: string, supervisorNeeds: { needs?: Need } = {}) {
    const phone = await centre.agent(agentId, { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent } })
    const { call, callId } = await centre.call('0', { tone: tones.caller })
    await centre.timeline.until('call.bridged', (data) => data.callId === callId)
    const atAgent = await phone.nextCall()
    expect(await call.hears(tones.agent)).toBe(true)
    const supervisor = await centre.agent(supervisorId, {
      onCall: { kind: 'answer', afterMs: 50, tone: tones.supervisor },
      ready: false,
      ...supervisorNeeds,
    })
    await centre.admin.post(`/agents/${supervisorId}/login`, { extension: supervisorId })
    const ask = (mode: string) => centre.admin.post(`/calls/${callId}/${mode}`, { agentId: supervisorId })
    const command = (name: string, body: object = {}) => centre.admin.post(`/calls/${callId}/${name}`, body)
    return { call, callId, phone, atAgent, supervisor, ask, command }
  }

  const started = (callId: string) => centre.timeline.until('call.monitor-started', (data) => data.callId === callId)
  const hearsNo = async (call: TelephoneCall, tone: number) => !(await call.hears(tone, { withinMs: 400 }))

  async function hearsNoMore(call: TelephoneCall, tone: number): Promise<boolean> {
    await until(() => hearsNo(call, tone), `${tone} Hz is heard no more`)
    return hearsNo(call, tone)
  }

  async function over(call: TelephoneCall, callId: string) {
    await call.hangUp()
    await centre.timeline.until('call.released', (data) => data.callId === callId)
  }

  test('listen, whisper, barge and listen again: who hears the supervisor follows the mode, the talk is never touched', async () => {
    const { call, callId, atAgent, supervisor, ask } = await talk('5101', '5191')

    await ask('listen')
    const atSupervisor = await supervisor.nextCall()
    await started(callId)
    expect(await atSupervisor.hears(tones.caller)).toBe(true)
    expect(await atSupervisor.hears(tones.agent)).toBe(true)
    expect(await hearsNo(atAgent, tones.supervisor)).toBe(true)
    expect(await hearsNo(call, tones.supervisor)).toBe(true)
    expect(await centre.admin.agentState('5191')).toBe('monitoring')

    await ask('whisper')
    expect(await atAgent.hears(tones.supervisor)).toBe(true)
    expect(await hearsNo(call, tones.supervisor)).toBe(true)

    await ask('barge')
    expect(await call.hears(tones.supervisor)).toBe(true)
    expect(await atAgent.hears(tones.supervisor)).toBe(true)
    expect(await atSupervisor.hears(tones.caller)).toBe(true)
    expect(await atSupervisor.hears(tones.agent)).toBe(true)

    await ask('listen')
    expect(await hearsNoMore(call, tones.supervisor)).toBe(true)
    expect(await hearsNoMore(atAgent, tones.supervisor)).toBe(true)
    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
    expect(
      centre.timeline
        .of('call.monitor-changed')
        .filter(({ data }) => data.callId === callId)
        .map(({ data }) => [data.agentId, data.monitored, data.from, data.mode, data.by]),
    ).toEqual([
      ['5191', '5101', 'listen', 'whisper', 'admin'],
      ['5191', '5101', 'whisper', 'barge', 'admin'],
      ['5191', '5101', 'barge', 'listen', 'admin'],
    ])

    await centre.admin.delete(`/calls/${callId}/monitors/5191`)
    expect((await atSupervisor.ended).cause).toBe('hungUpByOther')
    expect(await call.hears(tones.agent)).toBe(true)
    const ended = await centre.timeline.until('call.monitor-ended', (data) => data.callId === callId)
    expect(ended.data).toMatchObject({ agentId: '5191', heard: true, reason: 'stopped by admin' })
    await until(async () => (await centre.admin.agentState('5191')) === 'notReady', 'the supervisor is free')
    await over(call, callId)
  })

  test('whispering goes on through hold, consultation, three-way and return', async () => {
    const { call, callId, atAgent, supervisor, ask, command } = await talk('5102', '5192')
    await ask('whisper')
    const atSupervisor = await supervisor.nextCall()
    await started(callId)
    expect(await atAgent.hears(tones.supervisor)).toBe(true)

    await command('hold')
    expect(await hearsNoMore(atSupervisor, tones.caller)).toBe(true)
    expect(await atSupervisor.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.supervisor)).toBe(true)

    const branch = centre.branch('12366', { kind: 'answer', afterMs: 50, tone: tones.branch })
    await command('consult', { branch: '12366' })
    const atBranch = await branch.nextCall()
    expect(await atSupervisor.hears(tones.branch)).toBe(true)
    expect(await atAgent.hears(tones.supervisor)).toBe(true)
    expect(await hearsNo(atBranch, tones.supervisor)).toBe(true)

    await command('join')
    for (const tone of [tones.caller, tones.agent, tones.branch]) expect(await atSupervisor.hears(tone)).toBe(true)
    expect(await atAgent.hears(tones.supervisor)).toBe(true)
    expect(await hearsNo(call, tones.supervisor)).toBe(true)
    expect(await hearsNo(atBranch, tones.supervisor)).toBe(true)

    await ask('barge')
    expect(await call.hears(tones.supervisor)).toBe(true)
    expect(await atBranch.hears(tones.supervisor)).toBe(true)

    await atBranch.hangUp()
    await centre.timeline.until('call.returned', (data) => data.callId === callId)
    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
    expect(await atSupervisor.hears(tones.caller)).toBe(true)
    expect(await call.hears(tones.supervisor)).toBe(true)
    await over(call, callId)
    expect((await atSupervisor.ended).cause).toBe('hungUpByOther')
  })

  test('a supervisor who hangs up is gone, and the talk goes on', async () => {
    const { call, callId, atAgent, supervisor, ask } = await talk('5103', '5193')
    await ask('barge')
    const atSupervisor = await supervisor.nextCall()
    await started(callId)
    expect(await call.hears(tones.supervisor)).toBe(true)

    await atSupervisor.hangUp()

    const ended = await centre.timeline.until('call.monitor-ended', (data) => data.callId === callId)
    expect(ended.data.reason).toBe('supervisor hung up')
    expect(await hearsNoMore(call, tones.supervisor)).toBe(true)
    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
    await over(call, callId)
  })

  test('an agent who leaves by a transfer is heard no more: the supervisor is out, citizen and branch go on', async () => {
    const { call, callId, supervisor, ask, command } = await talk('5104', '5194')
    await ask('listen')
    const atSupervisor = await supervisor.nextCall()
    await started(callId)
    const branch = centre.branch('12366', { kind: 'answer', afterMs: 50, tone: tones.branch })

    await command('transfer', { branch: '12366' })

    expect((await atSupervisor.ended).cause).toBe('hungUpByOther')
    const ended = await centre.timeline.until('call.monitor-ended', (data) => data.callId === callId)
    expect(ended.data.reason).toBe('agent left the call')
    expect(await call.hears(tones.branch)).toBe(true)
    expect(await (await branch.nextCall()).hears(tones.caller)).toBe(true)
    await until(async () => (await centre.admin.agentState('5194')) === 'notReady', 'the supervisor is free')
    await over(call, callId)
  })

  test('take over while listening: citizen and supervisor talk, the first agent is in wrap-up', async () => {
    const { call, callId, atAgent, supervisor, ask, command } = await talk('5105', '5195')
    await ask('listen')
    const atSupervisor = await supervisor.nextCall()
    await started(callId)

    await ask('take-over')

    expect(await call.hears(tones.supervisor)).toBe(true)
    expect(await atSupervisor.hears(tones.caller)).toBe(true)
    expect((await atAgent.ended).cause).toBe('hungUpByOther')
    expect(await hearsNoMore(call, tones.agent)).toBe(true)
    const taken = await centre.timeline.until('call.taken-over', (data) => data.callId === callId)
    expect(taken.data).toMatchObject({ agentId: '5195', from: '5105', by: 'admin' })
    expect(
      centre.timeline.of('agent.state-changed').some(({ data }) => data.agentId === '5105' && data.to === 'wrapUp'),
    ).toBe(true)
    expect(await centre.admin.agentState('5195')).toBe('talking')

    // The call is the supervisor's own now, with everything an agent can do.
    await command('hold')
    expect(await hearsNoMore(call, tones.supervisor)).toBe(true)
    await command('retrieve')
    expect(await call.hears(tones.supervisor)).toBe(true)
    await atSupervisor.hangUp()
    const released = await centre.timeline.until('call.released', (data) => data.callId === callId)
    expect(released.data).toMatchObject({ by: 'agent' })
    await until(async () => (await centre.admin.agentState('5195')) === 'notReady', 'the supervisor is free')
  })

  test('take over a held call at once: the supervisor’s phone rings, and with the answer the citizen is there', async () => {
    const { call, callId, atAgent, supervisor, ask, command } = await talk('5106', '5196')
    await command('hold')

    await ask('take-over')

    const atSupervisor = await supervisor.nextCall()
    expect(await call.hears(tones.supervisor)).toBe(true)
    expect(await atSupervisor.hears(tones.caller)).toBe(true)
    expect((await atAgent.ended).cause).toBe('hungUpByOther')
    await over(call, callId)
  })

  test('two supervisors listen to one talk; one barges in and both are heard of', async () => {
    const { call, callId, supervisor, ask } = await talk('5107', '5197')
    const second = await centre.agent('5198', { onCall: { kind: 'answer', afterMs: 0, tone: 2600 }, ready: false })
    await centre.admin.post('/agents/5198/login', { extension: '5198' })
    await ask('listen')
    await centre.admin.post(`/calls/${callId}/listen`, { agentId: '5198' })
    const atFirst = await supervisor.nextCall()
    const atSecond = await second.nextCall()
    for (const each of [atFirst, atSecond])
      for (const tone of [tones.caller, tones.agent]) expect(await each.hears(tone)).toBe(true)

    await centre.admin.post(`/calls/${callId}/barge`, { agentId: '5198' })

    expect(await call.hears(2600)).toBe(true)
    expect(await hearsNo(call, tones.supervisor)).toBe(true)
    expect(await atSecond.hears(tones.caller)).toBe(true)
    const listed = await centre.admin.get<{ agentId: string; mode: string }[]>(`/calls/${callId}/monitors`)
    expect(listed.map(({ agentId, mode }) => [agentId, mode])).toEqual([
      ['5197', 'listen'],
      ['5198', 'barge'],
    ])
    await over(call, callId)
    expect((await atFirst.ended).cause).toBe('hungUpByOther')
    expect((await atSecond.ended).cause).toBe('hungUpByOther')
  })

  test('what cannot be is refused by name, and the talk goes on', async () => {
    const { call, callId, supervisor, ask, command } = await talk('5108', '5199', { needs: 'another-refusal' })
    // Who is consulted goes on ringing: one who is not there would be gone again before what it stands in the way of.
    centre.branch('12333', { kind: 'ring' })
    const listen = (agentId: string) => centre.admin.post(`/calls/${callId}/listen`, { agentId })

    await expect(listen('5108')).rejects.toMatchObject({ status: 409, code: 'monitor-refused' })
    await expect(command('listen')).rejects.toMatchObject({ status: 409, code: 'supervisor-unreachable' })
    await expect(listen('nobody')).rejects.toMatchObject({ status: 404, code: 'agent-unknown' })
    await expect(centre.admin.delete(`/calls/${callId}/monitors/5199`)).rejects.toMatchObject({ code: 'not-monitored' })

    supervisor.onCall = { kind: 'reject', status: 486 }
    await expect(ask('listen')).rejects.toMatchObject({ status: 409, code: 'supervisor-busy' })
    await until(async () => (await centre.admin.agentState('5199')) === 'notReady', 'the supervisor is free')
    await supervisor.unregister()
    await expect(ask('listen')).rejects.toMatchObject({ status: 409, code: 'supervisor-unreachable' })
    await until(async () => (await centre.admin.agentState('5199')) === 'notReady', 'the supervisor is free')

    await supervisor.register({ expires: 300 })
    supervisor.onCall = { kind: 'answer', afterMs: 0, tone: tones.supervisor }
    await ask('listen')
    await started(callId)
    await expect(ask('listen')).rejects.toMatchObject({ status: 409, code: 'monitor-refused' })
    await command('consult', { branch: '12333' })
    await expect(ask('take-over')).rejects.toMatchObject({ status: 409, code: 'transfer-refused' })
    const waiting = await centre.call('0')
    await expect(centre.admin.post(`/calls/${waiting.callId}/listen`, { agentId: '5199' })).rejects.toMatchObject({
      status: 409,
    })

    await waiting.call.hangUp()
    await over(call, callId)
  })

  test('the hotline is killed while a supervisor listens: the talk goes on and the supervisor is free', async () => {
    const { call, callId, atAgent, supervisor, ask } = await talk('5109', '5190')
    await ask('whisper')
    const atSupervisor = await supervisor.nextCall()
    await started(callId)

    await centre.stack.child('hotline').kill('SIGKILL')
    await centre.restartHotline()

    expect((await atSupervisor.ended).cause).toBe('hungUpByOther')
    await until(async () => (await centre.admin.agentState('5190')) === 'notReady', 'the supervisor is free')
    expect(await call.hears(tones.agent)).toBe(true)
    expect(await atAgent.hears(tones.caller)).toBe(true)
    await over(call, callId)
  })
})
