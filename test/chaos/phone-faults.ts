import { until } from '../support/until.ts'
import type { ChaosRoom } from './chaos-room.ts'
import { sippAgents, sippCallers } from './load.ts'
import type { Report } from './report.ts'
import type { Scenario } from './scenario.ts'

const tones = { caller: 440, agent: 1000 }

export const phoneGone: Scenario = {
  about: 'a phone that rings is switched off without a word, or unregisters',
  target: 'the agent goes not ready, the caller keeps the place and the next agent answers; lost 0, twice 0',
  async run(room, report) {
    await sippAgents(room, 2)
    const load = sippCallers(room, report, { calls: 4, rate: 2 })
    for (const how of ['silent', 'unregistered'] as const) {
      const agentId = how === 'silent' ? '8031' : '8032'
      const phone = await room.agent(agentId, { onCall: { kind: 'ring' }, queue: 'tax' })
      const { call, callId } = await room.call('111', { tone: tones.caller })
      await room.timeline.until('agent.ringing', (data) => data.callId === callId)
      if (how === 'unregistered') await phone.unregister()
      const second = `${agentId}9`
      await room.agent(second, { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent }, queue: 'tax' })
      const answered = await room.timeline.until('call.answered', (data) => data.callId === callId, {
        withinMs: 60_000,
      })
      report.expect(answered.data.agentId === second, `${answered.data.agentId} answered, not the next agent`)
      report.expect(await call.hears(tones.agent), 'the caller does not hear the next agent')
      await until(() => room.isAgent(agentId, 'notReady'), 'the agent whose phone is gone is not ready')
      await call.hangUp()
      await until(() => room.isAgent(second, 'ready'), 'the next agent is free')
      await room.admin.post(`/agents/${second}/logout`)
    }
    await load
  },
}

export const answerRace: Scenario = {
  about: 'the caller hangs up in the same millisecond as the agent answers (N times)',
  target: 'each call has one outcome, the agent is ready afterwards; lost 0, twice 0',
  async run(room, report, { short, count }) {
    const rounds = count ?? (short ? 5 : 50)
    const phone = await room.agent('8033', { onCall: { kind: 'ring' }, queue: 'tax' })
    let answeredFirst = 0
    for (let round = 0; round < rounds; round += 1) {
      const { call, callId } = await room.call('111')
      const atAgent = await phone.nextCall()
      // Some a little before, some a little after the other.
      await Promise.all([
        later(round % 3 === 1 ? 3 : 0, () => call.hangUp()),
        later(round % 3 === 2 ? 3 : 0, () => atAgent.answer()),
      ])
      await room.timeline.until('call.released', (data) => data.callId === callId)
      if (room.timeline.of('call.answered').some(({ data }) => data.callId === callId)) answeredFirst += 1
      await atAgent.ended
      await until(() => room.isAgent('8033', 'ready'), 'the agent is ready')
    }
    report.note('races', rounds)
    report.note('answeredFirst', answeredFirst)
  },
}

async function later(ms: number, work: () => Promise<void>): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
  // A phone whose call is gone has nothing to answer.
  await work().catch(() => undefined)
}

export const twoCallsOneAgent: Scenario = {
  about: 'two calls come in the same moment, and one agent is there (N times)',
  target: 'one is offered, the other waits and is offered next; no agent has two; lost 0, twice 0',
  async run(room, report, { short, count }) {
    const rounds = count ?? (short ? 3 : 20)
    const phone = await room.agent('8034', { onCall: { kind: 'answer', afterMs: 0 }, queue: 'tax' })
    for (let round = 0; round < rounds; round += 1) {
      const calls = await Promise.all([room.call('111'), room.call('111')])
      const served: string[] = []
      for (let turn = 0; turn < 2; turn += 1) {
        const isNew = (callId: string) => calls.some((each) => each.callId === callId) && !served.includes(callId)
        const { data } = await room.timeline.until('call.answered', ({ callId }) => isNew(callId))
        served.push(data.callId)
        const atOnce = phone.calls.length - phonesEnded(room, '8034')
        report.expect(atOnce <= 1 || turn === 1, 'two calls at one agent')
        await calls.find(({ callId }) => callId === data.callId)?.call.hangUp()
      }
      await until(() => room.isAgent('8034', 'ready'), 'the agent is ready')
    }
    report.note('pairs', rounds)
  },
}

const phonesEnded = (room: ChaosRoom, agentId: string) =>
  room.timeline.of('agent.state-changed').filter(({ data }) => data.agentId === agentId && data.from === 'talking')
    .length

export const overload: Scenario = {
  about: 'twice as many calls as the agents can serve',
  target: 'every call answered or abandoned once, none lost; afterwards everybody is ready; lost 0, twice 0',
  async run(room, report, { short, count }) {
    const agents = 5
    const talkMs = 1000
    await sippAgents(room, agents, { talkMs })
    const seconds = count ?? (short ? 4 : 60)
    // 5 agents who talk a second serve at most 5 calls a second.
    const rate = 2 * (agents / (talkMs / 1000))
    const calls = rate * seconds
    const { failed } = await sippCallers(room, report, { calls, rate, patienceMs: 8000 })
    report.expect(failed === 0, `${failed} calls did not go as planned`)
    await allReady(room, report)
  },
}

async function allReady(room: ChaosRoom, report: Report): Promise<void> {
  const states = async () => (await room.admin.get<{ state: string }[]>('/agents')).map(({ state }) => state)
  await until(async () => (await states()).every((state) => state === 'ready'), 'all agents are ready', 20_000).catch(
    async () => report.expect(false, `agents are ${(await states()).join(', ')}`),
  )
}
