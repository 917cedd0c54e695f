import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Centre, variants } from '../support/centre.ts'
import { mayUseRawSockets, runSipp, type SippResult } from '../support/sipp.ts'
import { until } from '../support/until.ts'
import { CallFacts } from './facts.ts'
import { SippRoom } from './sipp-room.ts'

function expectAsPlanned(result: SippResult, calls = 1): void {
  expect(result, result.output).toMatchObject({ exitCode: 0, successful: calls, failed: 0 })
}

const rawSockets = mayUseRawSockets()
if (!rawSockets) console.warn('no CAP_NET_RAW: SIPp cannot send telephone-events, and that scenario is left out')

describe.each(variants())('SIPp on $name', (variant) => {
  let centre: Centre
  let room: SippRoom
  beforeAll(async () => {
    centre = await Centre.start({ variant })
    room = new SippRoom(centre)
  })
  afterEach(async () => {
    await centre.clear()
    await room.phonesOff()
  })
  afterAll(() => centre.stop())

  // drachtio-server 0.9.4 forgets a proxied INVITE with its CANCEL, so that the phone's 487 stays without the ACK of
  // RFC 3261 section 17.1.1.3; the phone then repeats it until its timer H.
  function expectCancelled(phones: readonly SippResult[]): void {
    for (const phone of phones) expectAsPlanned(phone)
    const acknowledged = phones.flatMap(({ responseTimes }) => responseTimes['acknowledged'] ?? [])
    if (variant.sipServer === 'embedded') expect(acknowledged).toMatchObject([{ count: 1 }])
  }

  test('a citizen presses 0, talks to an agent and hangs up', async () => {
    await room.agents({ agentIds: ['2001'], scenario: 'agent-answers' })
    const { caller, result } = room.call({ scenario: 'basic-call', pauseMs: 3000 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    const released = await facts.released()
    expect(released).toMatchObject({ by: 'caller', cause: 'NORMAL_CLEARING' })
    expect(released.talkedMs).toBeGreaterThan(0)
    expect(facts.count('call.queued', 'call.answered', 'call.bridged', 'call.abandoned')).toEqual([1, 1, 1, 0])
    expect(facts.count('call.released')).toEqual([1])
    for (const phone of await room.phonesOff()) expectAsPlanned(phone)
  })

  test.runIf(rawSockets)('keys 1 and 4 as telephone-events lead through the menu', async () => {
    await room.agents({ agentIds: ['2002'], scenario: 'agent-answers' })
    const { caller, result } = room.call({ scenario: 'dtmf-through-menu', pauseMs: 3000 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    await facts.released()
    expect(facts.all('call.language-chosen').map(({ language }) => language)).toEqual(['cmn'])
    expect(facts.all('call.queued')).toMatchObject([{ queue: 'general', menuPath: ['language:1', 'services:4'] }])
    expect(facts.count('call.answered', 'call.released')).toEqual([1, 1])
  })

  test('a citizen whose provider offers no sound until the answer is served like any other', async () => {
    await room.agents({ agentIds: ['2011'], scenario: 'agent-answers' })
    const { caller, result } = room.call({ scenario: 'delayed-offer', pauseMs: 3000 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    expect(await facts.released()).toMatchObject({ by: 'caller', cause: 'NORMAL_CLEARING' })
    expect(facts.count('call.queued', 'call.answered', 'call.bridged', 'call.released')).toEqual([1, 1, 1, 1])
    for (const phone of await room.phonesOff()) expectAsPlanned(phone)
  })

  // Real drachtio-server passes on only what comes by its route, and this scenario forgets the route.
  test.runIf(variant.sipServer === 'embedded')("SIPp's own scenario of a caller runs to its end", async () => {
    const result = await runSipp({
      scenario: 'uac',
      target: { host: '127.0.0.1', port: centre.stack.ports.sip },
      service: '12345',
      calls: 5,
      rate: 5,
      pauseMs: 1000,
    })

    expectAsPlanned(result, 5)

    await until(async () => (await centre.admin.get<object[]>('/calls')).length === 0, 'all calls are over')
  })

  test('an agent hangs up, and the citizen is released', async () => {
    await room.agents({ agentIds: ['2003'], scenario: 'agent-hangs-up', receiveWithinMs: 1000 })
    const { caller, result } = room.call({ scenario: 'caller-waits-for-release', receiveWithinMs: 45_000 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    expect(await facts.released()).toMatchObject({ by: 'agent', cause: 'NORMAL_CLEARING' })
    expect(facts.count('call.answered', 'call.released')).toEqual([1, 1])
    for (const phone of await room.phonesOff()) expectAsPlanned(phone)
  })

  test('a citizen who hangs up in the queue is noted there', async () => {
    const { caller, result } = room.call({ scenario: 'caller-hangs-up-in-queue', pauseMs: 3000 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    expect(await facts.released()).toMatchObject({ by: 'caller' })
    expect(facts.all('call.abandoned')).toMatchObject([{ queue: 'general', where: 'queue' }])
    expect(facts.count('call.answered', 'call.released')).toEqual([0, 1])
  })

  test('an agent whose phone is busy is passed over, and the next one answers', async () => {
    await room.agents({ agentIds: ['2004'], scenario: 'agent-busy' })
    await room.agents({ agentIds: ['2005'], scenario: 'agent-answers' })
    const { caller, result } = room.call({ scenario: 'basic-call', pauseMs: 3000 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    await facts.released()
    expect(facts.all('agent.offer-failed')).toMatchObject([{ agentId: '2004', outcome: 'rejected', sipStatus: 486 }])
    expect(facts.all('call.answered')).toMatchObject([{ agentId: '2005' }])
    expect(await centre.admin.agentState('2004')).toBe('notReady')
    for (const phone of await room.phonesOff()) expectAsPlanned(phone)
  })

  test('an agent who lets it ring is cancelled, and the next one answers', async () => {
    await room.agents({ agentIds: ['2006'], scenario: 'agent-rings-forever' })
    await room.agents({ agentIds: ['2007'], scenario: 'agent-hangs-up', receiveWithinMs: 1000 })
    const { caller, result } = room.call({ scenario: 'caller-waits-for-release', receiveWithinMs: 45_000 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    await facts.released()
    expect(facts.all('agent.offer-failed')).toMatchObject([{ agentId: '2006', outcome: 'missed' }])
    expect(facts.all('call.answered')).toMatchObject([{ agentId: '2007' }])
    expectCancelled(await room.phonesOff())
  })

  test('a citizen who hangs up while a phone rings frees the agent, whose phone is cancelled', async () => {
    await room.agents({ agentIds: ['2008'], scenario: 'agent-rings-forever' })
    // The phone rings for 3 s.
    const { caller, result } = room.call({ scenario: 'caller-hangs-up-in-queue', pauseMs: 2500 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    await facts.released()
    expect(facts.all('agent.offer-failed')).toMatchObject([{ agentId: '2008', outcome: 'withdrawn' }])
    expect(facts.all('call.abandoned')).toMatchObject([{ where: 'queue' }])
    await until(async () => (await centre.admin.agentState('2008')) === 'ready', 'the agent is ready')
    expectCancelled(await room.phonesOff())
  })

  test('a citizen holds and retrieves by re-INVITE: the call goes on, and no agent is said to have held it', async () => {
    await room.agents({ agentIds: ['2010'], scenario: 'agent-answers' })
    const { caller, result } = room.call({ scenario: 'hold-by-reinvite', pauseMs: 3000 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    const released = await facts.released()
    expect(released).toMatchObject({ by: 'caller', cause: 'NORMAL_CLEARING' })
    expect(released.talkedMs).toBeGreaterThan(2000)
    expect(facts.count('call.answered', 'call.held', 'call.retrieved', 'call.released')).toEqual([1, 0, 0, 1])
    for (const phone of await room.phonesOff()) expectAsPlanned(phone)
  })

  test('an agent holds and retrieves by re-INVITE, and both are noted', async () => {
    await room.agents({ agentIds: ['2011'], scenario: 'agent-holds-and-retrieves' })
    const { caller, result } = room.call({ scenario: 'basic-call', pauseMs: 5000 })

    expectAsPlanned(await result)

    const facts = await CallFacts.of(centre.timeline, `${caller}1`)
    expect(await facts.released()).toMatchObject({ by: 'caller', cause: 'NORMAL_CLEARING' })
    expect(facts.all('call.held')).toMatchObject([{ agentId: '2011' }])
    expect(facts.all('call.retrieved')).toMatchObject([{ agentId: '2011' }])
    expect(facts.count('call.answered', 'call.released')).toEqual([1, 1])
    for (const phone of await room.phonesOff()) expectAsPlanned(phone)
  })
})
