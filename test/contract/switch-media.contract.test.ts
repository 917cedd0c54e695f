import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { endEverybody, openScene, pitch, pitches, type Scene, talking, until } from './switch-scene.ts'
import { switches } from './switches.ts'

/** What a recording needs to be worth listening to: FreeSWITCH fills its buffers first. */
const recordedMs = 1000

describe.each(switches())('sound on $name', (target) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene(target)
  })
  afterEach(async () => await endEverybody(scene))
  afterAll(async () => await scene.close())

  test('playing - the caller hears the file, and the end is told with the id of the command', async () => {
    const { call, uuid } = await scene.incoming()
    await scene.esl.execute(uuid, 'playback', scene.sound('welcome'), { eventUuid: 'play-1' })

    const heard = await call.hears(pitch.welcome)
    const stop = await scene.esl.event('PLAYBACK_STOP', { 'Unique-ID': uuid })
    const done = await scene.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': 'play-1' })

    expect(heard).toBe(true)
    expect(stop).toMatchObject({ 'Playback-File-Path': scene.sound('welcome'), 'Playback-Status': 'done' })
    expect(done).toMatchObject({ Application: 'playback', 'Application-Response': 'FILE PLAYED' })
  })

  test('playing - under event-lock one file waits for the other; a break stops the first, then the next plays', async () => {
    const { call, uuid } = await scene.incoming()
    await scene.esl.execute(uuid, 'playback', scene.sound('welcome'), { eventUuid: 'lock-1', lock: true })
    await scene.esl.execute(uuid, 'playback', scene.sound('menu'), { eventUuid: 'lock-2', lock: true })
    await call.hears(pitch.welcome)

    await scene.esl.api(`uuid_break ${uuid}`)
    const heard = await call.hears(pitch.menu)
    await scene.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': 'lock-2' })

    const of = scene.esl.events.filter((event) => event['Application-UUID']?.startsWith('lock-'))
    expect(heard).toBe(true)
    expect(of.map((event) => `${event['Event-Name']} ${event['Application-UUID']}`)).toEqual([
      'CHANNEL_EXECUTE lock-1',
      'CHANNEL_EXECUTE_COMPLETE lock-1',
      'CHANNEL_EXECUTE lock-2',
      'CHANNEL_EXECUTE_COMPLETE lock-2',
    ])
  })

  test('playing - without event-lock a second file interrupts the first, which goes on after it', async () => {
    const { uuid } = await scene.incoming()
    await scene.esl.execute(uuid, 'playback', scene.sound('welcome'), { eventUuid: 'nest-1' })
    await scene.esl.execute(uuid, 'playback', scene.sound('menu'), { eventUuid: 'nest-2' })

    await scene.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': 'nest-1' })

    const of = scene.esl.events.filter((event) => event['Application-UUID']?.startsWith('nest-'))
    expect(of.map((event) => `${event['Event-Name']} ${event['Application-UUID']}`)).toEqual([
      'CHANNEL_EXECUTE nest-1',
      'CHANNEL_EXECUTE nest-2',
      'CHANNEL_EXECUTE_COMPLETE nest-2',
      'CHANNEL_EXECUTE_COMPLETE nest-1',
    ])
  })

  test('playing - uuid_break all stops what plays and drops what is queued', async () => {
    const { call, uuid } = await scene.incoming()
    await scene.esl.execute(uuid, 'playback', scene.sound('welcome'), { eventUuid: 'all-1', lock: true })
    await scene.esl.execute(uuid, 'playback', scene.sound('menu'), { eventUuid: 'all-2', lock: true })
    await call.hears(pitch.welcome)

    await scene.esl.api(`uuid_break ${uuid} all`)
    const stopped = await scene.esl.event('PLAYBACK_STOP', { 'Unique-ID': uuid })
    const heard = await call.hears(pitch.menu, { withinMs: 600 })

    expect(stopped['Playback-Status']).toBe('break')
    expect(heard).toBe(false)
  })

  test('playing - a list of files, a tone and the music are heard; a file that is missing is told', async () => {
    const { call, uuid } = await scene.incoming()
    const played = async (path: string, id: string, hertz: readonly number[]): Promise<string | undefined> => {
      await scene.esl.execute(uuid, 'playback', path, { eventUuid: id, lock: true })
      for (const frequency of hertz) expect(await call.hears(frequency)).toBe(true)
      await scene.esl.api(`uuid_break ${uuid}`)
      return (await scene.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': id }))['Application-Response']
    }
    const list = `file_string://${scene.sound('welcome')}!${scene.sound('menu')}`

    expect(await played(list, 'list', [pitch.welcome, pitch.menu])).toBe('FILE PLAYED')
    expect(await played('tone_stream://%(2000,0,800)', 'tone', [800])).toBe('FILE PLAYED')
    expect(await played('local_stream://queue', 'music', [pitch.music])).toBe('FILE PLAYED')
    expect(await played('/nowhere.wav', 'missing', [])).toBe('FILE NOT FOUND')
  })

  test('keys - each pressed key is one event, by telephone-event and by INFO, also while a file plays', async () => {
    const { call, uuid } = await scene.incoming()
    await scene.esl.execute(uuid, 'playback', scene.sound('welcome'))
    const from = scene.esl.events.length

    await call.sendDtmf('15', { via: 'rfc4733' })
    // By RTP and by SIP the keys come on two ways, and one may overtake the other.
    await scene.esl.event('DTMF', { 'DTMF-Digit': '5', 'Unique-ID': uuid }, { from })
    await call.sendDtmf('7', { via: 'info' })
    await scene.esl.event('DTMF', { 'DTMF-Digit': '7', 'Unique-ID': uuid }, { from })

    const keys = scene.esl.events.slice(from).filter((event) => event['Event-Name'] === 'DTMF')
    expect(keys.map((key) => `${key['DTMF-Digit']} ${key['DTMF-Source']}`)).toEqual(['1 RTP', '5 RTP', '7 ENDPOINT'])
    expect(Number(keys[0]?.['DTMF-Duration'])).toBeGreaterThan(200)
  })

  test('keys - the switch presses keys, the phone hears them', async () => {
    const { call, uuid } = await scene.incoming()
    await scene.esl.execute(uuid, 'endless_playback', scene.sound('welcome'))
    await call.hears(pitch.welcome)

    await scene.esl.api(`uuid_send_dtmf ${uuid} 12#@100`)

    await until(() => call.digitsHeard === '12#')
  })

  test('recording - what both say is in the file', async () => {
    const { caller } = await talking(scene)
    const path = `${scene.folder}/talk.wav`
    await scene.esl.api(`uuid_setvar_multi ${caller.uuid} RECORD_STEREO=true;RECORD_USE_THREAD=false`)

    const started = await scene.esl.api(`uuid_record ${caller.uuid} start ${path}`)
    await scene.esl.event('RECORD_START', { 'Record-File-Path': path })
    await new Promise((resolve) => setTimeout(resolve, recordedMs))
    const stopped = await scene.esl.api(`uuid_record ${caller.uuid} stop ${path}`)
    await scene.esl.event('RECORD_STOP', { 'Record-File-Path': path })

    expect([started, stopped]).toEqual(['+OK Success\n', '+OK Success\n'])
    expect(await scene.esl.api(`uuid_record ${caller.uuid} stop ${path}`)).toBe('-ERR Cannot stop record session!\n')
    const [left, right] = await pitches(path)
    expect([left, right]).toEqual([pitch.caller, pitch.agent])
  })

  test('recording - one that ends before a frame came leaves no file, and its end tells so', async () => {
    const { uuid } = await scene.incoming()
    await scene.esl.api(`uuid_setvar_multi ${uuid} RECORD_STEREO=true;RECORD_USE_THREAD=false`)
    const causes: (string | undefined)[] = []

    // Frames come every 20 ms, and now and then one comes between the two commands.
    for (let round = 0; round < 20 && !causes.includes('empty-file'); round += 1) {
      const path = `${scene.folder}/empty-${round}.wav`
      scene.esl.raw(`api uuid_record ${uuid} start ${path}\n\napi uuid_record ${uuid} stop ${path}\n\n`)
      for (const verb of ['start', 'stop']) expect((await scene.esl.answer()).body, verb).toBe('+OK Success\n')
      const stopped = await scene.esl.event('RECORD_STOP', { 'Record-File-Path': path })
      causes.push(stopped['Record-Completion-Cause'])
      expect(existsSync(path)).toBe(causes.at(-1) !== 'empty-file')
    }

    expect(causes).toContain('empty-file')
    expect(await scene.esl.api(`uuid_getvar ${uuid} RECORD_DISCARDED`)).toBe('true')
  })

  test('recording - a leg that hangs up while its recording begins is gone all the same', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { call, uuid } = await scene.incoming()
      await scene.esl.api(`uuid_setvar_multi ${uuid} RECORD_STEREO=true;RECORD_USE_THREAD=false`)

      await Promise.all([scene.esl.api(`uuid_record ${uuid} start ${scene.folder}/${uuid}.wav`), call.hangUp()])
    }

    await until(async () => (await scene.esl.api('show channels count')).includes('\n0 total'))
  })

  test('recording - voicemail ends with a key, and holds what the caller said', async () => {
    const { call, uuid } = await scene.incoming()
    const path = `${scene.folder}/voicemail.wav`
    await scene.esl.execute(uuid, 'set', 'playback_terminators=#')
    await scene.esl.execute(uuid, 'record', `${path} 10 200 5`, { eventUuid: 'voicemail' })
    await scene.esl.event('RECORD_START', { 'Record-File-Path': path })
    await new Promise((resolve) => setTimeout(resolve, 500))

    await call.sendDtmf('#', { via: 'rfc4733' })
    const done = await scene.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': 'voicemail' })

    expect(done.variable_playback_terminator_used).toBe('#')
    expect(Number(done.variable_record_ms)).toBeGreaterThan(300)
    expect(await pitches(path)).toEqual([pitch.caller])
  })
})
