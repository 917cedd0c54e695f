import { stat } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/kernel/index.ts'
import { endEverybody, openScene, pitch, pitches, type Scene, talking, until } from './switch-scene.ts'
import { switches } from './switches.ts'

describe.each(switches())('applications on $name', (target) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene(target)
  })
  afterEach(async () => await endEverybody(scene))
  afterAll(async () => await scene.close())

  const complete = (id: string) => scene.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': id })

  test('bridge - rings a phone, answers the caller with it, and lets both talk', async () => {
    const { call, uuid } = await scene.incoming({ answered: false })
    const phone = scene.phone({ kind: 'answer', afterMs: 50, tone: pitch.agent })
    await scene.esl.api(`uuid_setvar ${uuid} effective_caller_id_number 12345`)
    await scene.esl.execute(uuid, 'bridge', `{originate_timeout=5}sofia/edge/${phone.address}`, { eventUuid: 'b1' })
    const agent = await phone.nextCall()

    const heard = await Promise.all([call.hears(pitch.agent), agent.hears(pitch.caller)])
    await agent.hangUp()
    await complete('b1')

    expect(heard).toEqual([true, true])
    expect(agent.other).toBe('12345')
    const names = ['CHANNEL_EXECUTE', 'CHANNEL_ANSWER', 'CHANNEL_BRIDGE', 'CHANNEL_UNBRIDGE']
    expect(scene.esl.order(uuid, names).slice(-4)).toEqual(names)
    await until(async () => (await scene.esl.api(`uuid_exists ${uuid}`)) === 'true')
  })

  test('bridge - a busy phone ends the caller with its cause, unless continue_on_fail', async () => {
    const [ended, kept] = [await scene.incoming(), await scene.incoming()]
    const dialString = () => `sofia/edge/${scene.phone({ kind: 'reject', status: 486 }).address}`
    await scene.esl.api(`uuid_setvar ${kept.uuid} continue_on_fail true`)

    await scene.esl.execute(ended.uuid, 'bridge', dialString())
    await scene.esl.execute(kept.uuid, 'bridge', dialString(), { eventUuid: 'b2' })

    const hangup = await scene.esl.event('CHANNEL_HANGUP', { 'Unique-ID': ended.uuid })
    expect(hangup['Hangup-Cause']).toBe('USER_BUSY')
    await complete('b2')
    expect(await scene.esl.api(`uuid_exists ${kept.uuid}`)).toBe('true')
  })

  test('bridge - a caller who hangs up while the phone rings frees the phone at once', async () => {
    const { call, uuid } = await scene.incoming()
    const phone = scene.phone({ kind: 'ring' })
    await scene.esl.execute(uuid, 'bridge', `sofia/edge/${phone.address}`)
    const ringing = await phone.nextCall()
    await until(() => ringing.ringingAt !== undefined)

    const hungUpAt = Date.now()
    await call.hangUp()

    const ended = await ringing.ended
    expect(ended.cause).toBe('cancelledByOther')
    // A phone that nobody cancels rings for a minute.
    expect(ended.at - hungUpAt).toBeLessThan(10_000)
  })

  test('echo - the caller hears himself until he is parked', async () => {
    const { call, uuid } = await scene.incoming()

    await scene.esl.execute(uuid, 'echo', '', { eventUuid: 'e1' })
    expect(await call.hears(pitch.caller)).toBe(true)
    await scene.esl.api(`uuid_park ${uuid}`)
    await complete('e1')

    expect(await call.hears(pitch.caller, { withinMs: 300 })).toBe(false)
  })

  test('early media - a caller who was not answered hears an announcement', async () => {
    const { call, uuid } = await scene.incoming({ answered: false })

    expect(await scene.esl.api(`uuid_pre_answer ${uuid}`)).toBe('+OK\n')
    const progress = await scene.esl.event('CHANNEL_PROGRESS_MEDIA', { 'Unique-ID': uuid })
    await scene.esl.execute(uuid, 'playback', scene.sound('welcome'))

    expect(progress['Answer-State']).toBe('early')
    expect(await call.hears(pitch.welcome)).toBe(true)
  })

  test('transfer - a call goes through the dialplan again', async () => {
    const { call, uuid } = await scene.incoming()
    const from = scene.esl.events.length

    expect(await scene.esl.api(`uuid_transfer ${uuid} 12345 XML absence`)).toBe('+OK\n')

    await scene.esl.event('CHANNEL_EXECUTE', { Application: 'endless_playback', 'Unique-ID': uuid }, { from })
    expect(await call.hears(pitch.fallback)).toBe(true)
    expect(await call.hears(pitch.music)).toBe(true)
    expect(await scene.esl.api(`uuid_getvar ${uuid} yihao_absence`)).toBe('true')
  })

  test('broadcast - both sides of a conversation hear an announcement, then talk on', async () => {
    const { caller, agent } = await talking(scene)

    expect(await scene.esl.api(`uuid_broadcast ${caller.uuid} ${scene.sound('welcome')} both`)).toBe(
      '+OK Message sent\n',
    )

    expect(await Promise.all([caller.call.hears(pitch.welcome), agent.call.hears(pitch.welcome)])).toEqual([true, true])
    expect(await Promise.all([caller.call.hears(pitch.agent), agent.call.hears(pitch.caller)])).toEqual([true, true])
  })

  test('loops - a file is played as often as asked', async () => {
    const { uuid } = await scene.incoming()

    await scene.esl.execute(uuid, 'playback', scene.sound('welcome'), { eventUuid: 'l1', loops: 2 })
    await until(() => scene.esl.events.filter((event) => isEndOf(event, 'l1')).length === 2)

    expect(
      scene.esl.events.filter((event) => event['Event-Name'] === 'PLAYBACK_START' && event['Unique-ID'] === uuid),
    ).toHaveLength(2)
  })

  test('clock - sched_hangup ends a call with ALLOTTED_TIMEOUT', async () => {
    const { call, uuid } = await scene.incoming()

    expect(await scene.esl.api(`sched_hangup +1 ${uuid}`)).toBe('+OK\n')

    expect((await call.ended).cause).toBe('hungUpByOther')
    const ended = await scene.esl.event('CHANNEL_HANGUP', { 'Unique-ID': uuid })
    expect(ended['Hangup-Cause']).toBe('ALLOTTED_TIMEOUT')
  })

  test('muting - one direction is silenced and comes back', async () => {
    const { caller, agent } = await talking(scene)

    expect(await scene.esl.api(`uuid_audio ${caller.uuid} start write mute 1`)).toBe('+OK\n')
    await until(async () => !(await caller.call.hears(pitch.agent, { withinMs: 200 })))
    expect(await agent.call.hears(pitch.caller)).toBe(true)
    expect(await scene.esl.api(`uuid_audio ${caller.uuid} stop`)).toBe('+OK\n')

    expect(await caller.call.hears(pitch.agent)).toBe(true)
  })

  test('record - a file that cannot be opened ends the call', async () => {
    const { call, uuid } = await scene.incoming()

    await scene.esl.execute(uuid, 'record', `${scene.folder}/no-such-folder/message.wav 5 200 2`)

    const hangup = await scene.esl.event('CHANNEL_HANGUP', { 'Unique-ID': uuid })
    expect(hangup['Hangup-Cause']).toBe('DESTINATION_OUT_OF_ORDER')
    expect((await call.ended).cause).toBe('hungUpByOther')
  })

  test('record - a break ends it, and the end tells how long it was', async () => {
    const { call, uuid } = await scene.incoming()
    const path = `${scene.folder}/${newId()}.wav`
    call.sendTone(pitch.caller)
    await scene.esl.execute(uuid, 'record', `${path} 30 200 20`, { eventUuid: 'r1' })
    await scene.esl.event('RECORD_START', { 'Record-File-Path': path })
    await new Promise((resolve) => setTimeout(resolve, 1500))

    await scene.esl.api(`uuid_break ${uuid} all`)

    const recordedMs = Number((await complete('r1'))['variable_record_ms'])
    expect(recordedMs).toBeGreaterThan(1000)
    expect((await stat(path)).size - 44).toBe(recordedMs * 16)
    expect(await scene.esl.api(`uuid_exists ${uuid}`)).toBe('true')
  })

  test('recording - one that is never stopped is whole when the caller hangs up', async () => {
    const { caller } = await talking(scene)
    const path = `${scene.folder}/${newId()}.wav`
    await scene.esl.execute(caller.uuid, 'record_session', path)
    await scene.esl.event('RECORD_START', { 'Record-File-Path': path })
    await new Promise((resolve) => setTimeout(resolve, 1000))

    await caller.call.hangUp()
    await scene.esl.event('RECORD_STOP', { 'Record-File-Path': path })
    await scene.esl.event('CHANNEL_DESTROY', { 'Unique-ID': caller.uuid })

    expect((await stat(path)).size).toBeGreaterThan(8000)
    expect([pitch.caller, pitch.agent]).toContain((await pitches(path))[0])
  })
})

function isEndOf(event: Readonly<Record<string, string>>, id: string): boolean {
  return event['Event-Name'] === 'CHANNEL_EXECUTE_COMPLETE' && event['Application-UUID'] === id
}
