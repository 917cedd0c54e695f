import type { Call } from '../../src/embedded/softphone/index.ts'
import type { Finding } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { LoadWatch } from './load-watch.ts'
import { resultOf } from './result.ts'
import { inRoom } from './room.ts'

/** Callers who wait while the agent talks: enough that somebody always does. */
const waitingAhead = 5

/** From the agent's BYE, with callers waiting and no wrap-up, to the next INVITE at that agent's phone. */
export async function dispatchBench(options: InstrumentOptions): Promise<Finding> {
  const { calls = 20 } = options
  const watch = new LoadWatch()
  const samples = await inRoom(options, { kind: 'answer', afterMs: 50 }, async ({ agent, citizen }) => {
    let placed = 0
    const wait = async () => {
      placed += 1
      const call = await citizen(`1390002${String(placed).padStart(4, '0')}`).call('12345')
      await call.answered
      await call.sendDtmf('0', { via: 'info' })
    }
    for (let n = 0; n <= waitingAhead; n += 1) await wait()
    const delays: number[] = []
    let talking: Call = await agent.nextCall()
    for (let n = 0; n < calls; n += 1) {
      await talking.answered
      await wait()
      // Long enough for the bridge to stand and the switch to be at rest.
      await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 40))
      const byeAt = Date.now()
      const [next] = await Promise.all([agent.nextCall(), talking.hangUp()])
      delays.push((next.ringingAt ?? Number.NaN) - byeAt)
      talking = next
    }
    return delays
  })
  return resultOf({ name: 'dispatch', targetMs: 45 }, options, samples, watch)
}
