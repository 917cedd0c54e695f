import type { Call } from '../../src/embedded/softphone/index.ts'
import { until } from '../support/until.ts'
import type { ChaosRoom } from './chaos-room.ts'
import { sippAgents, sippCallers } from './load.ts'
import type { Report } from './report.ts'
import type { Scenario } from './scenario.ts'

const tones = { caller: 440, agent: 1000 }

/** kill -9 with a call in every state, again and again, while SIPp calls all the time. */
export const killHotline: Scenario = {
  about: 'kill -9 of the hotline with calls in every state, restarted at once (N times)',
  target: 'bridged calls lost 0, callers keep their order, serving again <= 6 s, lost 0, twice 0',
  async run(room, report, { short, count }) {
    const rounds = count ?? (short ? 1 : 20)
    await sippAgents(room, 3)
    const staff = await hireStaff(room)
    let bridgedLost = 0
    for (let round = 1; round <= rounds; round += 1) {
      const load = sippCallers(room, report, { calls: short ? 6 : 10, rate: 2 })
      bridgedLost += await killOnce(room, report, staff)
      await load
      await until(() => room.isAgent('8001', 'ready'), 'the agent is ready again', 30_000)
    }
    report.note('kills', rounds)
    report.note('bridgedLost', bridgedLost)
    report.expect(bridgedLost === 0, `${bridgedLost} bridged calls were cut off`)
  },
}

type Staff = Awaited<ReturnType<typeof hireStaff>>

async function hireStaff(room: ChaosRoom) {
  return {
    talker: await room.agent('8001', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent }, queue: 'tax' }),
    ringer: await room.agent('8002', { onCall: { kind: 'ring' }, queue: 'market-supervision' }),
  }
}

/** Resolves with the number of bridged calls that were cut off. */
async function killOnce(room: ChaosRoom, report: Report, { talker }: Staff): Promise<number> {
  const leaving = await room.call('121')
  const talking = await room.call('111', { tone: tones.caller })
  await room.timeline.until('call.bridged', ({ callId }) => callId === talking.callId)
  const first = await waiting(room)
  const second = await waiting(room)
  await room.timeline.until('call.sent-to-voicemail', ({ callId }) => callId === leaving.callId)
  const ringing = await room.call('131')
  await room.timeline.until('agent.ringing', ({ callId }) => callId === ringing.callId)
  const inMenu = await room.call('1')
  const arriving = room.citizen().call('12345')

  const killedAt = Date.now()
  await room.hotline.kill('SIGKILL')
  await room.stack.restart('hotline')
  report.limit('servingAgainMs', Date.now() - killedAt, 6000)
  await room.timeline.resume()

  const arrived = await arriving
  room.accepted((await arrived.answered).kind === 'answered' ? 1 : 0)
  const heard = await talking.call.hears(tones.agent)
  // The menu begins anew.
  await inMenu.call.sendDtmf('0', { via: 'rfc4733' })
  await room.timeline.until('call.queued', ({ callId }) => callId === inMenu.callId)
  await keepsOrder(room, report, { talker, talking: talking.call, first, second })
  await Promise.all([leaving, ringing, inMenu].map(({ call }) => call.hangUp()))
  await arrived.hangUp()
  await room.admin.post('/agents/8002/ready').catch(() => undefined)
  return heard ? 0 : 1
}

async function waiting(room: ChaosRoom) {
  const placed = await room.call('111')
  await room.timeline.until('call.queued', ({ callId }) => callId === placed.callId)
  return placed
}

type Placed = Awaited<ReturnType<typeof waiting>>

/** The one agent of the queue becomes free twice: who came first is served first. */
async function keepsOrder(
  room: ChaosRoom,
  report: Report,
  { talker, talking, first, second }: { talker: Staff['talker']; talking: Call; first: Placed; second: Placed },
): Promise<void> {
  await talker.calls.findLast(({ answered }) => answered)?.hangUp()
  await talking.ended
  await room.timeline.until('call.answered', ({ callId }) => callId === first.callId)
  const overtook = room.timeline.of('call.answered').some(({ data }) => data.callId === second.callId)
  report.expect(!overtook, 'a caller was overtaken by one who came later')
  await first.call.hangUp()
  await room.timeline.until('call.answered', ({ callId }) => callId === second.callId)
  await second.call.hangUp()
  await room.timeline.until('call.released', ({ callId }) => callId === second.callId)
}
