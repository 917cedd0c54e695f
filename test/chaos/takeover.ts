import type { Child } from '../../scripts/launch/child.ts'
import { until } from '../support/until.ts'
import type { ChaosRoom } from './chaos-room.ts'
import { sippAgents, sippCallers } from './load.ts'
import type { Report } from './report.ts'
import type { Scenario } from './scenario.ts'

const tones = { caller: 440, agent: 1000 }

/** One talks, two wait behind; who came first must be served first by whoever is active then. */
async function fillQueue(room: ChaosRoom, agentId: string) {
  const agent = await room.agent(agentId, { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent }, queue: 'tax' })
  const talking = await room.call('111', { tone: tones.caller })
  await room.timeline.until('call.bridged', ({ callId }) => callId === talking.callId)
  const first = await room.call('111')
  await room.timeline.until('call.queued', ({ callId }) => callId === first.callId)
  const second = await room.call('111')
  await room.timeline.until('call.queued', ({ callId }) => callId === second.callId)
  return { agent, talking, first, second }
}

type Filled = Awaited<ReturnType<typeof fillQueue>>

/** Through the other process: the agent ends the talk, and those who wait are served in their order. */
async function servesInOrder(
  room: ChaosRoom,
  report: Report,
  { agent, talking, first, second }: Filled,
): Promise<void> {
  report.expect(await talking.call.hears(tones.agent), 'a bridged call was cut off')
  await agent.calls.at(-1)?.hangUp()
  await room.timeline.until('call.answered', ({ callId }) => callId === first.callId)
  report.expect(
    !room.timeline.of('call.answered').some(({ data }) => data.callId === second.callId),
    'a caller was overtaken by one who came later',
  )
  await first.call.hangUp()
  await room.timeline.until('call.answered', ({ callId }) => callId === second.callId)
  await second.call.hangUp()
  await room.timeline.until('call.released', ({ callId }) => callId === second.callId)
  await until(() => room.isAgent(agent.user, 'ready'), 'the agent is free')
}

export const standby: Scenario = {
  about: 'the active hotline process is killed, and the one that stands by takes over',
  target: 'serving <= 6 s, bridged lost 0, order kept, WebSocket clients resume on the other; lost 0, twice 0',
  async run(room, report, { short }) {
    await sippAgents(room, 3)
    const filled = await fillQueue(room, '8041')
    const load = sippCallers(room, report, { calls: short ? 4 : 20, rate: 2 })
    const { port } = await room.startStandby()

    const killedAt = Date.now()
    await room.hotline.kill('SIGKILL')
    await until(() => room.serves(port), 'the standby serves', 30_000)
    report.limit('servingAgainMs', Date.now() - killedAt, 6000)
    await room.moveTo(port)

    await servesInOrder(room, report, filled)
    await load
  },
}

const { YIHAO_BEFORE: versionBefore } = process.env

export const upgrade: Scenario = {
  about:
    'the hotline is upgraded under load, process by process (from the version in the folder YIHAO_BEFORE, if there is one)',
  target: 'serving <= 6 s after each change, bridged lost 0, order kept, WebSocket clients resume; lost 0, twice 0',
  ...(versionBefore !== undefined && { versionBefore }),
  async run(room, report, { short }) {
    await sippAgents(room, 3)
    const filled = await fillQueue(room, '8045')
    const load = sippCallers(room, report, { calls: short ? 8 : 60, rate: 2 })
    const first = await room.startStandby()
    await handOver(room, report, { from: room.hotline, to: first.port })
    // Where the version before ran, this one runs from now on, and has its turn.
    const second = await room.startStandby()
    await handOver(room, report, { from: first.process, to: second.port })

    await servesInOrder(room, report, filled)
    const { failed } = await load
    report.expect(failed === 0, `${failed} calls did not go as planned`)
  },
}

/** A planned change: the process that is active is asked to end. */
async function handOver(room: ChaosRoom, report: Report, { from, to }: { from: Child; to: number }): Promise<void> {
  const beganAt = Date.now()
  const stopped = from.stop()
  await until(() => room.serves(to), 'the other process serves', 30_000)
  report.limit('servingAgainMs', Date.now() - beganAt, 6000)
  await stopped
  await room.moveTo(to)
}

export const splitBrain: Scenario = {
  about: 'the active hotline process is frozen (SIGSTOP), the standby takes over, the frozen one is continued',
  target: 'fencing holds: the continued process dials nobody, writes nothing and ends; lost 0, twice 0',
  async run(room, report, { short }) {
    await sippAgents(room, 3)
    const filled = await fillQueue(room, '8042')
    const load = sippCallers(room, report, { calls: short ? 4 : 20, rate: 2 })
    const { port } = await room.startStandby()
    const { pid } = room.hotline

    const frozenAt = Date.now()
    process.kill(pid, 'SIGSTOP')
    // Something for it to do when it wakes up: the agent is free, and two are waiting.
    await filled.agent.calls.at(-1)?.hangUp()
    await until(() => room.serves(port), 'the standby serves', 60_000)
    report.limit('takenOverMs', Date.now() - frozenAt, 12_000)
    await room.moveTo(port)
    await room.timeline.until('call.answered', ({ callId }) => callId === filled.first.callId)
    const rungBefore = filled.agent.calls.length
    const continuedAt = Date.now()
    process.kill(pid, 'SIGCONT')
    await until(() => room.hotline.ended, 'the continued process ends', 30_000)
    report.limit('fencedMs', Date.now() - continuedAt, 5000)
    report.note('dialledTwice', filled.agent.calls.length - rungBefore)
    report.expect(filled.agent.calls.length === rungBefore, 'the agent was dialled twice')

    await filled.first.call.hangUp()
    await room.timeline.until('call.answered', ({ callId }) => callId === filled.second.callId)
    await filled.second.call.hangUp()
    await load
    await until(() => room.isAgent('8042', 'ready'), 'the agent is free')
  },
}

/** In the middle of a consultation and of a transfer. */
export const transferKill: Scenario = {
  about: 'the hotline is killed in the middle of a transfer to another agent',
  target: 'the citizen is with the one or the other agent afterwards; lost 0, twice 0',
  async run(room, report) {
    await sippAgents(room, 2)
    const load = sippCallers(room, report, { calls: 4, rate: 2 })
    const agent = await room.agent('8043', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent }, queue: 'tax' })
    const other = await room.agent('8044', { onCall: { kind: 'ring' }, queue: 'market-supervision' })
    const { call, callId } = await room.call('111', { tone: tones.caller })
    await room.timeline.until('call.bridged', (data) => data.callId === callId)
    await room.admin.post(`/calls/${callId}/transfer`, { agentId: '8044' })
    const atOther = await other.nextCall()

    await room.hotline.kill('SIGKILL')
    await atOther.answer().catch(() => undefined)
    await room.stack.restart('hotline')
    await room.timeline.resume()

    const speaks = async () =>
      (await call.hears(tones.agent, { withinMs: 1000 })) || (await call.hears(1400, { withinMs: 1000 }))
    atOther.sendTone(1400)
    await until(speaks, 'the citizen hears somebody', 20_000)
    await call.hangUp()
    await room.timeline.until('call.released', (data) => data.callId === callId)
    await until(() => room.isAgent('8043', 'ready'), 'the first agent is free', 15_000)
    report.expect(agent.calls.length === 1, 'the first agent was called again')
    await load
  },
}
