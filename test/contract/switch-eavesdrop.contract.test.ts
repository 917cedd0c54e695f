import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Call } from '../../src/embedded/softphone/index.ts'
import { newId } from '../../src/kernel/index.ts'
import { endEverybody, openScene, pitch, type Scene, talking, until } from './switch-scene.ts'
import { switches } from './switches.ts'

const supervisor = 1800

describe.each(switches())('eavesdrop on $name', (target) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene(target)
  })
  afterEach(async () => await endEverybody(scene))
  afterAll(async () => await scene.close())

  const modes = { listen: [false, false], whisper: [false, true], barge: [true, true] } as const

  /** The eavesdropped leg is A: what it says is replaced for "aleg", what it hears for "bleg". */
  async function eavesdrop(uuid: string, on: string, mode: keyof typeof modes, then = 'park') {
    const [aleg, bleg] = modes[mode]
    const applications = [
      'set:eavesdrop_enable_dtmf=false',
      `set:eavesdrop_whisper_aleg=${aleg}`,
      `set:eavesdrop_whisper_bleg=${bleg}`,
      `eavesdrop:${on}`,
      then,
    ]
    expect(await scene.esl.api(`uuid_transfer ${uuid} ${applications.join(',')} inline`)).toMatch(/^\+OK/)
  }

  async function watched() {
    const { caller, agent } = await talking(scene, ',park_after_bridge=true,send_silence_when_idle=-1')
    await scene.esl.api(`uuid_setvar ${caller.uuid} park_after_bridge true`)
    const listener = await scene.outgoing({ tone: supervisor })
    return { caller, agent, listener }
  }

  async function hearsNot(call: Call, tone: number): Promise<boolean> {
    await until(async () => !(await call.hears(tone, { withinMs: 200 })))
    return !(await call.hears(tone, { withinMs: 300 }))
  }

  test('a listener hears both, and nobody hears the listener', async () => {
    const { caller, agent, listener } = await watched()

    await eavesdrop(listener.uuid, agent.uuid, 'listen')

    expect(await listener.call.hears(pitch.caller)).toBe(true)
    expect(await listener.call.hears(pitch.agent)).toBe(true)
    expect(await agent.call.hears(supervisor, { withinMs: 400 })).toBe(false)
    expect(await caller.call.hears(supervisor, { withinMs: 400 })).toBe(false)
    expect(await caller.call.hears(pitch.agent)).toBe(true)
    expect(await agent.call.hears(pitch.caller)).toBe(true)
  })

  test('bleg: the eavesdropped alone hears the listener; both with aleg, who never hears the own voice', async () => {
    const { caller, agent, listener } = await watched()

    await eavesdrop(listener.uuid, agent.uuid, 'whisper')
    expect(await agent.call.hears(supervisor)).toBe(true)
    expect(await caller.call.hears(supervisor, { withinMs: 400 })).toBe(false)
    await eavesdrop(listener.uuid, agent.uuid, 'barge')

    expect(await caller.call.hears(supervisor)).toBe(true)
    expect(await agent.call.hears(supervisor)).toBe(true)
    expect(await listener.call.hears(pitch.caller)).toBe(true)
    expect(await listener.call.hears(pitch.agent)).toBe(true)
    expect(await listener.call.hears(supervisor, { withinMs: 400 })).toBe(false)
    await eavesdrop(listener.uuid, agent.uuid, 'listen')
    expect(await hearsNot(caller.call, supervisor)).toBe(true)
    expect(await hearsNot(agent.call, supervisor)).toBe(true)
  })

  test('it stays with the eavesdropped who is parked and joins a conference', async () => {
    const { caller, agent, listener } = await watched()
    await eavesdrop(listener.uuid, agent.uuid, 'whisper')
    expect(await agent.call.hears(supervisor)).toBe(true)

    await scene.esl.api(`uuid_park ${agent.uuid}`)
    await scene.esl.api(`uuid_park ${caller.uuid}`)
    expect(await hearsNot(listener.call, pitch.caller)).toBe(true)
    expect(await listener.call.hears(pitch.agent)).toBe(true)
    // send_silence_when_idle: without frames towards the phone there would be nothing to mix the whisper into.
    expect(await agent.call.hears(supervisor)).toBe(true)
    const room = `room${newId().slice(0, 8)}`
    const third = await scene.outgoing({ tone: 620 })
    for (const { uuid } of [caller, agent, third])
      await scene.esl.api(`uuid_transfer ${uuid} conference:${room}@hotline inline`)

    expect(await listener.call.hears(620)).toBe(true)
    expect(await listener.call.hears(pitch.caller)).toBe(true)
    expect(await listener.call.hears(pitch.agent)).toBe(true)
    expect(await agent.call.hears(supervisor)).toBe(true)
    expect(await third.call.hears(supervisor, { withinMs: 400 })).toBe(false)
    await eavesdrop(listener.uuid, agent.uuid, 'barge')
    expect(await third.call.hears(supervisor)).toBe(true)
    expect(await caller.call.hears(supervisor)).toBe(true)
  })

  test('when the eavesdropped is gone the listener goes on with the next application; without any it is hung up', async () => {
    const { caller, agent, listener } = await watched()
    const other = await scene.outgoing({ tone: supervisor })
    await eavesdrop(listener.uuid, agent.uuid, 'listen', 'park')
    await eavesdrop(other.uuid, agent.uuid, 'listen', 'set:done=1')
    expect(await listener.call.hears(pitch.agent)).toBe(true)
    expect(await other.call.hears(pitch.agent)).toBe(true)
    const from = scene.esl.events.length

    await agent.call.hangUp()

    await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': listener.uuid }, { from })
    expect((await other.call.ended).cause).toBe('hungUpByOther')
    await listener.call.hangUp()
    await caller.call.hangUp()
  })

  test('a listener who is bridged with the caller is out of the eavesdropping, and the two talk', async () => {
    const { caller, agent, listener } = await watched()
    await eavesdrop(listener.uuid, agent.uuid, 'listen')
    expect(await listener.call.hears(pitch.agent)).toBe(true)

    expect(await scene.esl.api(`uuid_bridge ${caller.uuid} ${listener.uuid}`)).toMatch(/^\+OK/)

    expect(await caller.call.hears(supervisor)).toBe(true)
    expect(await listener.call.hears(pitch.caller)).toBe(true)
    expect(await hearsNot(listener.call, pitch.agent)).toBe(true)
    expect(await hearsNot(agent.call, pitch.caller)).toBe(true)
  })

  test('the listener’s keys change the mode and * leaves, unless they are forbidden', async () => {
    const { agent, caller, listener } = await watched()
    await scene.esl.api(`uuid_transfer ${listener.uuid} eavesdrop:${agent.uuid},park inline`)
    expect(await listener.call.hears(pitch.agent)).toBe(true)

    await listener.call.sendDtmf('2', { via: 'rfc4733' })
    expect(await agent.call.hears(supervisor)).toBe(true)
    expect(await caller.call.hears(supervisor, { withinMs: 400 })).toBe(false)
    await listener.call.sendDtmf('1', { via: 'rfc4733' })
    expect(await caller.call.hears(supervisor)).toBe(true)
    expect(await hearsNot(agent.call, supervisor)).toBe(true)
    const from = scene.esl.events.length
    await listener.call.sendDtmf('*', { via: 'rfc4733' })
    await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': listener.uuid }, { from })

    await eavesdrop(listener.uuid, agent.uuid, 'listen')
    await listener.call.sendDtmf('3', { via: 'rfc4733' })
    expect(await listener.call.hears(pitch.agent)).toBe(true)
    expect(await caller.call.hears(supervisor, { withinMs: 400 })).toBe(false)
  })

  test('a listener who leaves disturbs nobody', async () => {
    const { caller, agent, listener } = await watched()
    await eavesdrop(listener.uuid, agent.uuid, 'barge')
    expect(await caller.call.hears(supervisor)).toBe(true)

    await listener.call.hangUp()

    expect(await hearsNot(caller.call, supervisor)).toBe(true)
    expect(await hearsNot(agent.call, supervisor)).toBe(true)
    expect(await caller.call.hears(pitch.agent)).toBe(true)
    expect(await agent.call.hears(pitch.caller)).toBe(true)
  })
})
