import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../scripts/launch/free-port.ts'
import { Centre, variants } from '../support/centre.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000 }

describe.each(variants())('the wire between hotline and switch breaks on $name', (variant) => {
  let centre: Centre
  let wire: TcpProxy
  beforeAll(async () => {
    const eslPort = await freePort()
    wire = await startTcpProxy({ targetPort: eslPort })
    centre = await Centre.start({ variant, switchEslPort: eslPort, hotlineEnv: { SWITCHES: `127.0.0.1:${wire.port}` } })
  })
  afterEach(() => centre.clear())
  afterAll(async () => {
    await centre.stop()
    await wire.close()
  })

  const isConnected = async () => (await fetch(`http://127.0.0.1:${centre.stack.ports.http}/readyz`)).ok

  async function breakFor(how: 'cut' | 'freeze', meanwhile: () => Promise<void>): Promise<void> {
    wire[how]()
    await until(async () => !(await isConnected()), 'the hotline notices', 12_000)
    await meanwhile()
    wire.mend()
    await until(isConnected, 'the hotline is connected again')
  }

  test.each(['cut', 'freeze'] as const)(
    'wire %s: a caller in the menu, one who waits and two who talk all go on where they were',
    async (how) => {
      const talking = await centre.call('0', { tone: tones.caller })
      const phone = await centre.agent(how === 'cut' ? '3001' : '3002', {
        onCall: { kind: 'answer', afterMs: 0, tone: tones.agent },
      })
      await centre.timeline.until('call.bridged', ({ callId }) => callId === talking.callId)
      const waiting = await centre.call('0')
      const queued = await centre.timeline.until('call.queued', ({ callId }) => callId === waiting.callId)
      const inMenu = await centre.call('1')
      await centre.timeline.until('call.menu-entered', ({ callId }) => callId === inMenu.callId)

      await breakFor(how, async () => {
        expect(await talking.call.hears(tones.agent)).toBe(true)
      })

      await inMenu.call.sendDtmf('4', { via: 'rfc4733' })
      await centre.timeline.until('call.queued', ({ callId }) => callId === inMenu.callId)
      const atAgent = phone.calls.at(-1)
      await atAgent?.hangUp()
      const answered = await centre.timeline.until('call.answered', ({ callId }) => callId === waiting.callId)
      expect(answered.data.waitedMs).toBeGreaterThanOrEqual(Date.parse(answered.time) - queued.data.queuedAt - 5)
      for (const { callId } of [talking, waiting, inMenu]) {
        expect(centre.timeline.of('call.offered').filter(({ data }) => data.callId === callId)).toHaveLength(1)
      }
    },
  )

  test('a caller who hangs up and an agent who hangs up while the wire is cut are noticed when it is back', async () => {
    const phone = await centre.agent('3003', { onCall: { kind: 'answer', afterMs: 0 } })
    const talking = await centre.call('0')
    await centre.timeline.until('call.bridged', ({ callId }) => callId === talking.callId)
    const waiting = await centre.call('0')
    await centre.timeline.until('call.queued', ({ callId }) => callId === waiting.callId)

    await breakFor('cut', async () => {
      await waiting.call.hangUp()
      await phone.calls.at(-1)?.hangUp()
    })

    await centre.timeline.until('call.released', ({ callId }) => callId === waiting.callId)
    await centre.timeline.until('call.released', ({ callId }) => callId === talking.callId)
    await until(async () => (await centre.admin.agentState('3003')) === 'ready', 'the agent is ready')
  })

  test('while the wire is cut no agent is blamed and nobody is offered', async () => {
    const waiting = await centre.call('0')
    await centre.timeline.until('call.queued', ({ callId }) => callId === waiting.callId)

    await breakFor('cut', async () => {
      await centre.agent('3004', { onCall: { kind: 'answer', afterMs: 0 } })
      expect(await centre.admin.agentState('3004')).toBe('ready')
    })

    const answered = await centre.timeline.until('call.answered', ({ callId }) => callId === waiting.callId)
    expect(answered.data.agentId).toBe('3004')
    expect(centre.timeline.of('agent.offer-failed').some(({ data }) => data.agentId === '3004')).toBe(false)
  })

  test('a call that arrives while the wire is cut is adopted', async () => {
    let from = centre.citizen()
    await breakFor('cut', async () => {
      from = centre.citizen()
      const call = await from.call('12345')
      expect((await call.answered).kind).toBe('answered')
    })

    const offered = await centre.timeline.until('call.offered', ({ callerNumber }) => callerNumber === from.user)
    expect(offered.data.adopted).toBe(true)
  })
})
