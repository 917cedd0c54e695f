import { readdirSync, readlinkSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { endEverybody, openScene, pitch, type Scene, talking, until } from '../../../contract/switch-scene.ts'
import { standIn } from '../../../contract/switches.ts'

let scene: Scene
beforeAll(async () => {
  scene = await openScene(standIn)
})
afterEach(async () => await endEverybody(scene))
afterAll(async () => await scene.close())

test('bridge - who is joined is heard', async () => {
  const caller = await scene.incoming()
  const agent = await scene.outgoing()
  await scene.esl.execute(caller.uuid, 'endless_playback', scene.sound('welcome'))
  await caller.call.hears(pitch.welcome)

  await scene.esl.api(`uuid_bridge ${caller.uuid} ${agent.uuid}`)

  expect(await agent.call.hears(pitch.caller)).toBe(true)
})

test('media - a phone that sends nothing for media_timeout is hung up', async () => {
  const { call, uuid } = await scene.incoming()
  await scene.esl.api(`uuid_setvar ${uuid} media_timeout 1500`)
  await call.hold()
  await scene.esl.api(`uuid_setvar ${uuid} media_hold_timeout 1500`)

  const ended = await scene.esl.event('CHANNEL_HANGUP', { 'Unique-ID': uuid })

  expect(ended['Hangup-Cause']).toBe('MEDIA_TIMEOUT')
})

test('media - 20 conversations at once, everybody hears the right other; nothing is left behind', async () => {
  const pairs = await Promise.all(Array.from({ length: 20 }, () => talking(scene)))

  expect(JSON.parse(await scene.esl.api('show calls as json')).row_count).toBe(20)
  await Promise.all(pairs.map(({ caller }) => caller.call.hangUp()))

  await until(async () => (await scene.esl.api('show channels count')).includes('0 total'))
  const figures = scene.esl.events.filter((event) => event['Event-Name'] === 'CHANNEL_DESTROY')
  expect(figures.length).toBeGreaterThanOrEqual(40)
})

test('races - hanging up while a recording begins leaves no file open', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { call, uuid } = await scene.incoming()
    scene.esl.raw(`api uuid_record ${uuid} start ${scene.folder}/${uuid}.wav\n\napi uuid_kill ${uuid}\n\n`)
    const bye = call.hangUp()
    for (let answer = 0; answer < 2; answer += 1) await scene.esl.answer()
    await bye
  }

  const isOpen = (fd: string) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(scene.folder)
    } catch {
      return false
    }
  }
  await until(() => !readdirSync('/proc/self/fd').some(isOpen))
})

test('races - hanging up in the moment of bridging, transferring and killing leaves no channel', async () => {
  for (let round = 0; round < 10; round += 1) {
    const caller = await scene.incoming()
    const agent = await scene.outgoing()
    scene.esl.raw(
      `api uuid_bridge ${caller.uuid} ${agent.uuid}\n\napi uuid_kill ${round % 2 ? caller.uuid : agent.uuid}\n\n`,
    )
    scene.esl.raw(`api uuid_transfer ${caller.uuid} 12345 XML hotline\n\napi uuid_park ${agent.uuid}\n\n`)
    const bye = caller.call.hangUp()
    for (let answer = 0; answer < 4; answer += 1) await scene.esl.answer()
    await bye
  }
  await scene.esl.api('hupall')

  await until(async () => (await scene.esl.api('show channels count')).includes('0 total'))
})
