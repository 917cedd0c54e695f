import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hearsTone } from '../../src/embedded/rtp/index.ts'
import { hasBaresip, startBaresip } from '../support/baresip.ts'
import { Centre, variants } from '../support/centre.ts'
import { until } from '../support/until.ts'

if (!hasBaresip) console.warn('baresip is not on PATH (Debian package baresip-core): its scenario is skipped')

// A phone that is not ours: what our phones and our switch might get wrong in the same way shows here.
describe.skipIf(!hasBaresip).each(variants())('baresip as the agent’s phone on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterAll(() => centre.stop())

  test('baresip registers, is rung, answers, both hear each other, and the agent is free afterwards', async () => {
    const password = 'phone-of-8801'
    await centre.admin.createAgent({ agentId: '8801', name: 'Baresip', phonePassword: password })
    const baresip = startBaresip({ user: '8801', password, port: centre.stack.ports.sip, hertz: 1000 })
    try {
      await until(() => /200 OK/.test(baresip.output()), `baresip registers: ${baresip.output()}`)
      await centre.admin.makeReady('8801')

      const { call, callId } = await centre.call('14', { tone: 440 })

      await centre.timeline.until('call.bridged', (data) => data.callId === callId)
      expect(await call.hears(1000, { withinMs: 5000 })).toBe(true)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await call.hangUp()
      await centre.timeline.until('call.released', (data) => data.callId === callId)
      await until(async () => (await centre.admin.agentState('8801')) === 'ready', 'the agent is ready')
      await until(() => baresip.heard().length > 0, 'baresip kept what it heard')
      const [heard = new Int16Array()] = baresip.heard()
      // The last second: the beginning may be silence from before the bridge.
      expect(hearsTone(heard.slice(-8000), 440)).toBe(true)
      expect(hearsTone(heard.slice(-8000), 1000)).toBe(false)
    } finally {
      await baresip.stop()
    }
  })
})
