import WebSocket from 'ws'
import type { ServerMessage } from '../../src/live/index.ts'
import { until } from '../support/until.ts'
import type { Finding } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { LoadWatch } from './load-watch.ts'
import { resultOf } from './result.ts'
import { inRoom } from './room.ts'

/** From the 180 Ringing of the agent's phone to the screen-pop at the desk's WebSocket, on which facts come before their commit. */
export async function popBench(options: InstrumentOptions): Promise<Finding> {
  const { calls = 20 } = options
  const watch = new LoadWatch()
  const samples = await inRoom(options, { kind: 'ring' }, async ({ admin, agent, citizen, url }) => {
    const pops: number[] = []
    const desk = new WebSocket(`${url.replace('http', 'ws')}/live?early=true`, {
      headers: { authorization: `Bearer ${admin.token}` },
    })
    await new Promise((resolve, reject) => desk.once('open', resolve).once('error', reject))
    desk.on('message', (data) => {
      const message = JSON.parse(String(data)) as ServerMessage
      if (message.type === 'early' && message.event.type === 'agent.ringing') pops.push(Date.now())
    })
    const delays: number[] = []
    for (let n = 0; n < calls; n += 1) {
      const call = await citizen(`1390003${String(n).padStart(4, '0')}`).call('12345')
      await call.answered
      await call.sendDtmf('0', { via: 'info' })
      const atAgent = await agent.nextCall({ withinMs: 10_000 })
      await until(() => pops.length > n, 'the screen-pop')
      delays.push((pops[n] ?? Number.NaN) - (atAgent.ringingAt ?? Number.NaN))
      await call.hangUp()
      await until(async () => (await admin.agentState('8001')) === 'ready', 'the agent is ready again')
    }
    desk.terminate()
    return delays
  })
  return resultOf({ name: 'pop', targetMs: 100 }, options, samples, watch)
}
