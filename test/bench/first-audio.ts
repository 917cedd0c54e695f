import { until } from '../support/until.ts'
import type { Finding } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { LoadWatch } from './load-watch.ts'
import { resultOf } from './result.ts'
import { inRoom } from './room.ts'

/** From the agent's 200 OK to the first packet with sound at the agent's phone: the citizen sends a tone all the time. */
export async function firstAudioBench(options: InstrumentOptions): Promise<Finding> {
  const { calls = 20 } = options
  const watch = new LoadWatch()
  const samples = await inRoom(
    options,
    { kind: 'answer', afterMs: 100, tone: 1000 },
    async ({ admin, agent, citizen }) => {
      const delays: number[] = []
      for (let n = 0; n < calls; n += 1) {
        const call = await citizen(`1390000${String(n).padStart(4, '0')}`).call('12345', { tone: 440 })
        await call.answered
        await call.sendDtmf('0', { via: 'info' })
        const atAgent = await agent.nextCall({ withinMs: 10_000 })
        const answered = await atAgent.answered
        await until(() => atAgent.firstAudioAt !== undefined, 'sound at the agent')
        if (answered.kind === 'answered' && atAgent.firstAudioAt !== undefined)
          delays.push(atAgent.firstAudioAt - answered.at)
        await call.hangUp()
        await until(async () => (await admin.agentState('8001')) === 'ready', 'the agent is ready again')
      }
      return delays
    },
  )
  return resultOf({ name: 'first-audio', targetMs: 60 }, options, samples, watch)
}
