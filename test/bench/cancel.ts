import { until } from '../support/until.ts'
import type { Finding } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { LoadWatch } from './load-watch.ts'
import { resultOf } from './result.ts'
import { inRoom } from './room.ts'

/** From the citizen's BYE to the CANCEL at the phone that rings. */
export async function cancelBench(options: InstrumentOptions): Promise<Finding> {
  const { calls = 20 } = options
  const watch = new LoadWatch()
  const samples = await inRoom(options, { kind: 'ring' }, async ({ admin, agent, citizen }) => {
    const delays: number[] = []
    for (let n = 0; n < calls; n += 1) {
      const call = await citizen(`1390001${String(n).padStart(4, '0')}`).call('12345')
      await call.answered
      await call.sendDtmf('0', { via: 'info' })
      const atAgent = await agent.nextCall({ withinMs: 10_000 })
      const hungUpAt = Date.now()
      await call.hangUp()
      delays.push((await atAgent.ended).at - hungUpAt)
      await until(async () => (await admin.agentState('8001')) === 'ready', 'the agent is ready again')
    }
    return delays
  })
  return resultOf({ name: 'cancel', targetMs: 100 }, options, samples, watch)
}
