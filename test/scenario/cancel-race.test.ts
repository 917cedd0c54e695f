import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { type CancelledCall, cancelledCall } from '../support/raw-cancel.ts'
import { type RawPhone, udpPhone } from '../support/raw-sip.ts'
import { until } from '../support/until.ts'

const callers = [1, 2, 3, 4, 5, 6, 7, 8]

describe.each(variants())('a citizen who hangs up before the answer, on $name', (variant) => {
  let centre: Centre
  let phone: RawPhone
  beforeAll(async () => {
    centre = await Centre.start({ variant })
    phone = await udpPhone()
  })
  afterEach(() => centre.clear())
  afterAll(async () => {
    await phone.close()
    await centre.stop()
  })

  test.each([1, 6, 10, 14, 18, 30, 100])('CANCEL %i ms after the INVITE leaves nothing behind', async (afterMs) => {
    const agentId = String(2100 + afterMs)
    await centre.admin.createAgent({ agentId, name: 'Li', wrapUpSeconds: 1, phonePassword: 'phone-of-the-race' })
    const numbers = callers.map((each) => `159${String(afterMs).padStart(4, '0')}000${each}`)

    const calls: CancelledCall[] = []
    for (const caller of numbers) {
      calls.push(await cancelledCall(phone, { caller, number: '12345', port: centre.stack.ports.sip, afterMs }))
    }

    const noneIsLeft = async () => {
      for (const call of calls) await call.settle()
      return (await centre.admin.get<object[]>('/calls')).length === 0
    }
    // One that was cancelled before the edge had passed it on never was a call of the centre's.
    await until(noneIsLeft, 'no call is left')
    for (const { data } of centre.timeline
      .of('call.offered')
      .filter((each) => numbers.includes(each.data.callerNumber))) {
      const ofCall = ({ callId }: { callId: string }) => callId === data.callId
      expect((await centre.timeline.until('call.released', ofCall)).data).toMatchObject({ by: 'caller' })
    }
  })
})
