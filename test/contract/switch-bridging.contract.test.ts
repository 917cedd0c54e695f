import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/kernel/index.ts'
import { endEverybody, openScene, pitch, type Scene, talking, until } from './switch-scene.ts'
import { switches } from './switches.ts'

describe.each(switches())('bridges on $name', (target) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene(target)
  })
  afterEach(async () => await endEverybody(scene))
  afterAll(async () => await scene.close())

  const gone = (uuid: string) => scene.esl.event('CHANNEL_DESTROY', { 'Unique-ID': uuid })
  const exists = (uuid: string) => scene.esl.api(`uuid_exists ${uuid}`)

  test('bridging - two parked legs hear each other at once, whatever played', async () => {
    const caller = await scene.incoming()
    const agent = await scene.outgoing()
    await scene.esl.execute(caller.uuid, 'endless_playback', scene.sound('welcome'))
    await caller.call.hears(pitch.welcome)

    const reply = await scene.esl.api(`uuid_bridge ${caller.uuid} ${agent.uuid}`)
    const heard = await Promise.all([caller.call.hears(pitch.agent), agent.call.hears(pitch.caller)])

    const bridged = await scene.esl.event('CHANNEL_BRIDGE', { 'Unique-ID': caller.uuid })
    expect(reply).toBe(`+OK ${agent.uuid}\n`)
    expect(heard).toEqual([true, true])
    expect(bridged).toMatchObject({
      'Bridge-A-Unique-ID': caller.uuid,
      'Bridge-B-Unique-ID': agent.uuid,
      'Other-Leg-Unique-ID': agent.uuid,
    })
    expect(await scene.esl.api(`uuid_getvar ${caller.uuid} bridge_uuid`)).toBe(agent.uuid)
    // FreeSWITCH writes its tables some moments after the event.
    await until(async () => {
      const { rows } = JSON.parse(await scene.esl.api('show calls as json'))
      return rows.length === 1 && rows[0].uuid === caller.uuid && rows[0].b_uuid === agent.uuid
    })
  })

  test('bridging - keys pressed by the caller reach the agent', async () => {
    const { caller, agent } = await talking(scene)

    await caller.call.sendDtmf('4', { via: 'rfc4733' })

    await until(() => agent.call.digitsHeard === '4')
    await scene.esl.event('DTMF', { 'DTMF-Digit': '4', 'Unique-ID': caller.uuid })
  })

  test('bridging - when the agent hangs up the caller is parked, as the dialplan says park_after_bridge', async () => {
    const { caller, agent } = await talking(scene)
    const from = scene.esl.events.length

    await agent.call.hangUp()

    await scene.esl.event('CHANNEL_UNBRIDGE', { 'Unique-ID': caller.uuid }, { from })
    await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': caller.uuid }, { from })
    const ended = await scene.esl.event('CHANNEL_HANGUP_COMPLETE', { 'Unique-ID': agent.uuid }, { from })
    expect(ended).toMatchObject({ 'Hangup-Cause': 'NORMAL_CLEARING', variable_sip_hangup_disposition: 'recv_bye' })
    expect(await exists(caller.uuid)).toBe('true')
  })

  test('bridging - an agent who hangs up while the two are joined takes no caller along', async () => {
    for (let ms = 0; ms <= 75; ms += 5) {
      const caller = await scene.incoming()
      const agent = await scene.outgoing({ variables: ',park_after_bridge=true,hangup_after_bridge=false' })
      await scene.esl.execute(caller.uuid, 'endless_playback', scene.sound('welcome'))
      await caller.call.hears(pitch.welcome)

      const from = scene.esl.events.length
      await scene.esl.api(`uuid_bridge ${caller.uuid} ${agent.uuid}`)
      await new Promise((resolve) => setTimeout(resolve, ms))
      await agent.call.hangUp()
      await gone(agent.uuid)

      await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': caller.uuid }, { from })
      expect(await exists(caller.uuid), `after ${ms} ms`).toBe('true')
      await endEverybody(scene)
    }
  })

  test('bridging - when one of two is parked, park_after_bridge parks the other, and who listens goes on hearing', async () => {
    const { caller, agent } = await talking(scene, ',park_after_bridge=true,send_silence_when_idle=-1')
    await scene.esl.api(`uuid_setvar ${caller.uuid} park_after_bridge true`)
    const listener = await scene.outgoing()
    await scene.esl.api(`uuid_transfer ${listener.uuid} eavesdrop:${agent.uuid} inline`)
    expect(await listener.call.hears(pitch.caller)).toBe(true)
    const from = scene.esl.events.length

    await scene.esl.api(`uuid_park ${caller.uuid}`)

    for (const { uuid } of [caller, agent]) await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': uuid }, { from })
    await until(async () => !(await listener.call.hears(pitch.caller, { withinMs: 300 })))
    expect(await listener.call.hears(pitch.agent)).toBe(true)
  })

  test('bridging - when the caller hangs up an agent without park_after_bridge is hung up', async () => {
    const { caller, agent } = await talking(scene)

    await caller.call.hangUp()

    expect((await agent.call.ended).cause).toBe('hungUpByOther')
    await gone(agent.uuid)
  })

  test('bridging - an agent with park_after_bridge stays, and can be bridged with the next caller', async () => {
    const { caller, agent } = await talking(scene, ',park_after_bridge=true,hangup_after_bridge=false')
    const from = scene.esl.events.length
    await caller.call.hangUp()
    await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': agent.uuid }, { from })
    const next = await scene.incoming()

    await scene.esl.api(`uuid_bridge ${next.uuid} ${agent.uuid}`)

    expect(await next.call.hears(pitch.agent)).toBe(true)
  })

  test('bridging - hangup_after_bridge ends the caller with the agent', async () => {
    const { caller, agent } = await talking(scene)
    await scene.esl.api(`uuid_setvar_multi ${caller.uuid} park_after_bridge=;hangup_after_bridge=true`)

    await agent.call.hangUp()

    expect((await caller.call.ended).cause).toBe('hungUpByOther')
  })

  test('bridging - a leg parked out of a bridge leaves the other to its own rule', async () => {
    const { caller, agent } = await talking(scene)
    const from = scene.esl.events.length

    await scene.esl.api(`uuid_park ${caller.uuid}`)

    await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': caller.uuid }, { from })
    expect((await agent.call.ended).cause).toBe('hungUpByOther')
    expect(await exists(caller.uuid)).toBe('true')
  })

  test('bridging - consulting: an agent bridged elsewhere leaves the caller parked', async () => {
    const { caller, agent } = await talking(scene, ',park_after_bridge=true')
    const expert = await scene.outgoing({ tone: 1800 })
    const from = scene.esl.events.length

    await scene.esl.api(`uuid_bridge ${agent.uuid} ${expert.uuid}`)

    expect(await agent.call.hears(1800)).toBe(true)
    await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': caller.uuid }, { from })
  })

  test('holding - the phone holds by re-INVITE: events tell it, the other hears music, and both talk again after', async () => {
    const { caller, agent } = await talking(scene)

    await caller.call.hold()
    const held = await scene.esl.event('CHANNEL_HOLD', { 'Unique-ID': caller.uuid })
    const music = await agent.call.hears(pitch.music)
    await caller.call.resume()
    await scene.esl.event('CHANNEL_UNHOLD', { 'Unique-ID': caller.uuid })

    expect(held['Channel-Call-State']).toBe('HELD')
    expect(music).toBe(true)
    expect(await Promise.all([caller.call.hears(pitch.agent), agent.call.hears(pitch.caller)])).toEqual([true, true])
  })

  test('holding - the switch holds a phone, which is told so until it is taken back', async () => {
    const { agent } = await talking(scene)

    expect(await scene.esl.api(`uuid_hold ${agent.uuid}`)).toBe('+OK Success\n')
    await scene.esl.event('CHANNEL_HOLD', { 'Unique-ID': agent.uuid })
    await until(() => agent.call.isHeld)

    await scene.esl.api(`uuid_hold off ${agent.uuid}`)
    await scene.esl.event('CHANNEL_UNHOLD', { 'Unique-ID': agent.uuid })
    expect(await agent.call.hears(pitch.caller)).toBe(true)
  })

  test('conference - three parties hear one another; a kicked one is gone', async () => {
    const parties = [
      await scene.incoming({ tone: 1000 }),
      await scene.outgoing({ tone: 1400 }),
      await scene.outgoing({ tone: 1800 }),
    ]
    const room = `room${newId().slice(0, 8)}`
    for (const { uuid } of parties) await scene.esl.api(`uuid_transfer ${uuid} conference:${room}@hotline inline`)

    const [first, second, third] = parties
    const heard = await Promise.all([
      first?.call.hears(1400),
      first?.call.hears(1800),
      second?.call.hears(1000),
      third?.call.hears(1400),
    ])
    const list = await scene.esl.api(`conference ${room} list`)
    const kicked = await scene.esl.api(`conference ${room} kick last`)

    expect(heard).toEqual([true, true, true, true])
    expect(list.trim().split('\n')).toHaveLength(3)
    expect(kicked).toMatch(/^\+OK kicked \d+\n$/)
    expect(await scene.esl.api(`conference ${room} kick 99`)).toBe('-ERR Non-Existant ID 99\n')
    await until(async () => (await scene.esl.api('show channels count')).includes('2 total'))
  })

  test('conference - keys of a member with dist-dtmf reach every other one, those of the rest nobody', async () => {
    const [agent, citizen, branch] = [await scene.incoming(), await scene.outgoing(), await scene.outgoing()]
    const room = `conference:room${newId().slice(0, 8)}@hotline`
    await scene.esl.api(`uuid_transfer ${agent.uuid} ${room}+flags{dist-dtmf} inline`)
    for (const { uuid } of [citizen, branch]) await scene.esl.api(`uuid_transfer ${uuid} ${room} inline`)
    expect(await agent.call.hears(pitch.agent)).toBe(true)

    await branch.call.sendDtmf('9', { via: 'rfc4733' })
    await scene.esl.event('DTMF', { 'DTMF-Digit': '9', 'Unique-ID': branch.uuid })
    await agent.call.sendDtmf('14#', { via: 'rfc4733' })

    for (const { call } of [citizen, branch]) await until(() => call.digitsHeard === '14#')
    expect(agent.call.digitsHeard).toBe('')
  })
})
