import { until } from '../support/until.ts'
import type { ChaosRoom } from './chaos-room.ts'
import { sippAgents, sippCallers } from './load.ts'
import type { Scenario } from './scenario.ts'

const tones = { caller: 440, agent: 1000 }

/** One who talks and one who waits in a queue of their own. */
async function talkAndWait(room: ChaosRoom, agentId: string) {
  const phone = await room.agent(agentId, {
    onCall: { kind: 'answer', afterMs: 0, tone: tones.agent },
    queue: 'tax',
  })
  const talking = await room.call('111', { tone: tones.caller })
  await room.timeline.until('call.bridged', ({ callId }) => callId === talking.callId)
  const waiting = await room.call('111')
  await room.timeline.until('call.queued', ({ callId }) => callId === waiting.callId)
  return { phone, talking, waiting }
}

/** Calls until one is brought to an agent; the switch may need a moment more than its port. */
async function callUntilBridged(room: ChaosRoom, withinMs: number): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    const from = room.citizen()
    const call = await from.call('12345')
    if ((await call.answered).kind !== 'answered') continue
    room.accepted(1)
    await call.sendDtmf('111', { via: 'rfc4733' })
    const offered = await room.timeline.until('call.offered', ({ callerNumber }) => callerNumber === from.user)
    await room.timeline.until('call.bridged', ({ callId }) => callId === offered.data.callId)
    await call.hangUp()
    return
  }
  throw new Error(`no call was brought to an agent within ${withinMs} ms`)
}

export const killSwitch: Scenario = {
  about: 'the switch is killed with calls in it, and started again',
  target: 'its calls closed once, agents free, new calls <= 10 s after it is back, lost 0, twice 0',
  async run(room, report, { short }) {
    await sippAgents(room, 3)
    const load = sippCallers(room, report, { calls: short ? 6 : 20, rate: 2, patienceMs: 15_000 })
    const { talking, waiting } = await talkAndWait(room, '8011')

    await room.stack.child('switch').kill('SIGKILL')
    await until(async () => !(await room.serves()), 'the hotline notices')
    await room.stack.restart('switch')
    const backAt = Date.now()

    for (const { callId } of [talking, waiting]) {
      await room.timeline.until('call.released', (data) => data.callId === callId)
    }
    await until(() => room.isAgent('8011', 'ready'), 'the agent is free', 15_000)
    await Promise.all([talking, waiting].map(({ call }) => call.hangUp()))
    await callUntilBridged(room, 20_000)
    report.limit('newCallAfterMs', Date.now() - backAt, 10_000)
    await load
  },
}

/** Calls go on where they were while the wire between hotline and switch is cut, or dead without a word. */
function wireFault(how: 'cut' | 'freeze', agentId: string): Scenario {
  return {
    about:
      how === 'cut'
        ? 'the connection between hotline and switch is cut'
        : 'the connection between hotline and switch is dead, and nobody is told (half-open)',
    target: 'noticed <= 5 s, resynchronised; who talks goes on, who waits is served; lost 0, twice 0',
    async run(room, report, { short }) {
      await sippAgents(room, 3)
      const { phone, talking, waiting } = await talkAndWait(room, agentId)
      const load = sippCallers(room, report, { calls: short ? 6 : 20, rate: 2, patienceMs: 30_000 })
      const brokenAt = Date.now()
      room.wires.switch[how]()
      await until(async () => !(await room.serves()), 'the hotline notices', 20_000)
      report.limit('noticedMs', Date.now() - brokenAt, 5000)
      report.expect(await talking.call.hears(tones.agent), 'a bridged call was cut off')
      const arriving = await room.citizen().call('12345')

      room.wires.switch.mend()
      const mendedAt = Date.now()
      await until(() => room.serves(), 'the hotline is connected again', 20_000)
      report.limit('reconnectedMs', Date.now() - mendedAt, 5000)
      room.accepted((await arriving.answered).kind === 'answered' ? 1 : 0)
      await phone.calls.at(-1)?.hangUp()
      await room.timeline.until('call.answered', ({ callId }) => callId === waiting.callId)
      await Promise.all([waiting.call.hangUp(), arriving.hangUp()])
      await load
      await until(() => room.isAgent(agentId, 'ready'), 'the agent is free', 15_000)
    },
  }
}

export const cutWire = wireFault('cut', '8012')
export const halfOpenWire = wireFault('freeze', '8013')

export const absentHotline: Scenario = {
  about: 'the hotline is stopped when calls arrive, and comes back',
  target: 'the dialplan answers every caller, each is adopted; lost 0, twice 0',
  async run(room, report, { short }) {
    await sippAgents(room, 3)
    await room.agent('8014', { onCall: { kind: 'answer', afterMs: 0, tone: tones.agent }, queue: 'tax' })
    await room.hotline.stop('SIGKILL')
    const arriving = await Promise.all(
      Array.from({ length: short ? 2 : 8 }, () => room.citizen().call('12345', { tone: tones.caller })),
    )
    const answers = await Promise.all(arriving.map(({ answered }) => answered))
    report.expect(
      answers.every(({ kind }) => kind === 'answered'),
      'a caller was not answered',
    )
    room.accepted(arriving.length)

    await room.stack.restart('hotline')
    await room.timeline.resume()

    const adopted = () => room.timeline.of('call.offered').filter(({ data }) => data.adopted).length
    await until(() => adopted() >= arriving.length, 'every caller is adopted', 20_000)
    const [first] = arriving
    await first?.sendDtmf('111', { via: 'rfc4733' })
    await room.timeline.until('call.bridged', ({ agentId }) => agentId === '8014')
    report.expect((await first?.hears(tones.agent)) === true, 'the adopted caller does not hear the agent')
    await Promise.all(arriving.map((call) => call.hangUp()))
    await sippCallers(room, report, { calls: 4, rate: 4 })
  },
}
