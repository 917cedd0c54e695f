import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { newDatabaseUrl } from '../support/database.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

const tones = { caller: 440, agent: 1000 }

// The database knows nothing of the switch, so one variant tells all.
describe.each(variants().slice(0, 1))('the database is away', (variant) => {
  let centre: Centre
  let wire: TcpProxy
  beforeAll(async () => {
    const url = new URL(await newDatabaseUrl())
    wire = await startTcpProxy({ targetPort: Number(url.port) })
    const databaseUrl = url.href
    url.port = String(wire.port)
    centre = await Centre.start({ variant, databaseUrl, hotlineEnv: { DATABASE_URL: url.href } })
  })
  afterEach(() => centre.clear())
  afterAll(async () => {
    await centre.stop()
    await wire.close()
  })

  const backlog = async () => {
    const answer = await fetch(`http://127.0.0.1:${centre.stack.ports.http}/readyz`)
    return ((await answer.json()) as { eventBacklog: number }).eventBacklog
  }

  test.each(['cut', 'freeze'] as const)(
    'wire %s: calls are answered all the same, and every fact is in the log once',
    async (how) => {
      const phone = await centre.agent(how === 'cut' ? '4001' : '4002', {
        onCall: { kind: 'answer', afterMs: 0, tone: tones.agent },
      })
      await until(async () => (await backlog()) === 0, 'all facts so far are committed')
      wire[how]()

      const from = centre.citizen()
      const calls = []
      for (let n = 0; n < 3; n += 1) {
        const call = await from.call('12345', { tone: tones.caller })
        await call.answered
        await call.sendDtmf('0', { via: 'rfc4733' })
        await (await phone.nextCall()).answered
        expect(await call.hears(tones.agent)).toBe(true)
        await call.hangUp()
        await until(async () => (await centre.admin.agentState(phone.user)) === 'ready', 'the agent is ready again')
        calls.push(call)
      }
      expect(await backlog()).toBeGreaterThan(20)
      wire.mend()

      await until(async () => (await backlog()) === 0, 'the backlog is written')
      await until(() => offeredBy(from.user).length === 3, 'the feed has caught up')
      for (const callId of offeredBy(from.user)) {
        await centre.timeline.until('call.released', (data) => data.callId === callId)
        const types = centre.timeline.events
          .filter(({ subject }) => subject === callId)
          .map(({ type }) => type)
          .filter((type) => !type.startsWith('recording.'))
        expect(types).toEqual([
          'call.offered',
          'call.accepted',
          'call.language-chosen',
          'call.menu-entered',
          'call.queued',
          'call.answered',
          'call.bridged',
          'call.released',
        ])
      }
      const ids = centre.timeline.events.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
    },
    90_000,
  )

  const offeredBy = (number: string) =>
    centre.timeline
      .of('call.offered')
      .filter(({ data }) => data.callerNumber === number)
      .map(({ data }) => data.callId)
})
