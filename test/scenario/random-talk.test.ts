import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import type { TelephoneCall } from '../support/telephone.ts'
import { until } from '../support/until.ts'

const commands = ['hold', 'retrieve', 'return', 'join', 'complete'] as const
/** Milliseconds a silent branch rings in the test city: waiting longer plays the time-out. */
const ringsFor = 4000
const step = fc.oneof(
  fc.record({ kind: fc.constant('command' as const), name: fc.constantFrom(...commands) }),
  fc.record({
    kind: fc.constant('third' as const),
    name: fc.constantFrom('consult' as const, 'transfer' as const),
    to: fc.constantFrom('12366', '12333', 'agent'),
  }),
  fc.record({
    kind: fc.constant('emergency' as const),
    service: fc.constantFrom('110', '119'),
    mode: fc.constantFrom('three-way', 'hand-over'),
  }),
  fc.record({
    kind: fc.constant('hangUp' as const),
    who: fc.constantFrom('agent' as const, 'branch' as const, 'colleague' as const, 'service' as const),
  }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(0, 30, 120, 120, 400, 400, ringsFor + 600) }),
)

// Random orders need many calls, and the stand-in is quick; what they find is then tried on the real switch by name.
describe.each(variants().slice(0, 1))('whatever is commanded and hung up in whatever order on $name', (variant) => {
  let centre: Centre
  beforeAll(async () => {
    centre = await Centre.start({ variant })
  })
  afterAll(() => centre.stop())

  const channels = async () => (await centre.admin.get<object[]>('/calls')).length

  test('every leg and every agent is free at the end, and the call is closed once', async () => {
    const agent = await centre.agent('6001', { onCall: { kind: 'answer', afterMs: 20 } })
    const colleague = await centre.agent('6002', { onCall: { kind: 'answer', afterMs: 60 }, ready: false })
    await centre.admin.post('/agents/6002/login', { extension: '6002' })
    const answering = centre.branch('12366', { kind: 'answer', afterMs: 60 })
    const silent = centre.branch('12333', { kind: 'ring' })
    const service = centre.branch('110', { kind: 'answer', afterMs: 60 })
    const silentService = centre.branch('119', { kind: 'ring' })
    const phones = { agent, branch: answering, colleague, service }

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        await makeReady('6001')
        const { call, callId } = await centre.call('0')
        await centre.timeline.until('call.bridged', (data) => data.callId === callId)
        await makeReady('6002')

        for (const each of steps) {
          if (each.kind === 'wait') await new Promise((resolve) => setTimeout(resolve, each.ms))
          else if (each.kind === 'hangUp') await phones[each.who].calls.at(-1)?.hangUp()
          else if (each.kind === 'command') await tolerate(centre.admin.post(`/calls/${callId}/${each.name}`))
          else if (each.kind === 'emergency') {
            const { service, mode } = each
            await tolerate(centre.admin.post(`/calls/${callId}/emergency`, { service, mode }))
          } else {
            const body = each.to === 'agent' ? { agentId: '6002' } : { branch: each.to }
            await tolerate(centre.admin.post(`/calls/${callId}/${each.name}`, body))
          }
        }
        await call.hangUp()

        await centre.timeline.until('call.released', (data) => data.callId === callId)
        expect(centre.timeline.of('call.released').filter(({ data }) => data.callId === callId)).toHaveLength(1)
        await until(async () => (await channels()) === 0, 'no call is left')
        await until(
          () =>
            [agent, colleague, answering, silent, service, silentService].every((phone) => phone.calls.every(isOver)),
          'every phone is free',
        )
        await until(async () => (await isFree('6001')) && (await isFree('6002')), 'both agents are free')
      }),
      { numRuns: 25, endOnFailure: true },
    )
  }, 240_000)

  const over = new WeakSet<TelephoneCall>()
  const isOver = (call: TelephoneCall) => {
    void call.ended.then(() => over.add(call))
    return over.has(call)
  }

  const isFree = async (agentId: string) =>
    ['ready', 'notReady', 'offline'].includes(await centre.admin.agentState(agentId))

  async function makeReady(agentId: string): Promise<void> {
    const state = await centre.admin.agentState(agentId)
    if (state !== 'ready') await centre.admin.post(`/agents/${agentId}/ready`)
  }
})

/** A command the state does not allow is refused, and a call that is over is gone; anything else is a fault. */
async function tolerate(command: Promise<unknown>): Promise<void> {
  await command.catch((error: { status?: number }) => {
    if (error.status !== 409 && error.status !== 404 && error.status !== 502) throw error
  })
}
