import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/kernel/index.ts'
import { request } from '../support/raw-sip.ts'
import { WebPhone } from '../support/web-phone.ts'
import { endEverybody, openScene, pitch, type Scene } from './switch-scene.ts'
import { switches } from './switches.ts'

// A real browser is held against both switches in test/browser; here its part is werift's.
describe.each(switches())('WebRTC on $name', (target) => {
  let scene: Scene
  let phone: WebPhone
  beforeAll(async () => {
    scene = await openScene(target)
  })
  afterEach(async () => {
    await endEverybody(scene)
    await phone.close()
  })
  afterAll(async () => await scene.close())

  /** The browser calls and is parked, and talks to a desk phone. */
  async function incoming() {
    phone = await WebPhone.open({ tone: pitch.caller })
    const { sipPort } = scene.running
    const from = scene.esl.events.length
    const invite = await phone.dial('12345', sipPort)
    const parked = await scene.esl.event('CHANNEL_PARK', {}, { from })
    const uuid = parked['Unique-ID'] ?? ''
    await scene.esl.api(`sched_del ${uuid}`)
    await scene.esl.api(`uuid_answer ${uuid}`)
    const answer = await phone.answered(invite, sipPort)
    return { uuid, answer, invite }
  }

  /** The browser is called and answers, and is parked. */
  async function outgoing() {
    phone = await WebPhone.open({ tone: pitch.agent })
    const uuid = newId()
    const address = `sip:web@127.0.0.1:${phone.sip.port}`
    const job = scene.esl.bgapi(
      `originate {origination_uuid=${uuid},originate_timeout=8,media_webrtc=true}sofia/edge/${address} &park()`,
    )
    const invite = await phone.answer(scene.running.sipPort)
    await job
    await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': uuid })
    return { uuid, invite }
  }

  test('a browser that calls is answered with ICE, DTLS and one port for both, and no plain RTP', async () => {
    const { answer } = await incoming()

    expect(answer.body).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8/m)
    expect(answer.body).toMatch(/^a=fingerprint:sha-256 [0-9A-F]{2}:/m)
    expect(answer.body).toMatch(/^a=setup:(?:active|passive)\r?$/m)
    expect(answer.body).toMatch(/^a=rtcp-mux\r?$/m)
    expect(answer.body).toMatch(/^a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 \d+ typ host/im)
  })

  test('a browser that calls and a desk phone hear each other', async () => {
    const caller = await incoming()
    const agent = await scene.outgoing()

    await scene.esl.api(`uuid_bridge ${caller.uuid} ${agent.uuid}`)

    await phone.hears(pitch.agent)
    expect(await agent.call.hears(pitch.caller)).toBe(true)
  })

  test('a browser that calls hears a file, and its keys are told once each', async () => {
    const { uuid } = await incoming()

    await scene.esl.execute(uuid, 'playback', scene.sound('welcome'))
    await phone.hears(pitch.welcome)
    phone.press('42')

    await scene.esl.event('DTMF', { 'Unique-ID': uuid, 'DTMF-Digit': '2' })
    const keys = scene.esl.events.filter((event) => event['Event-Name'] === 'DTMF' && event['Unique-ID'] === uuid)
    expect(keys.map((event) => event['DTMF-Digit'])).toEqual(['4', '2'])
  })

  test('a browser that is called is offered the same, and leaves it open who begins', async () => {
    const { invite } = await outgoing()

    expect(invite.body).toMatch(/^m=audio \d+ (?:UDP\/TLS\/)?RTP\/SAVPF /m)
    expect(invite.body).toMatch(/^a=setup:actpass\r?$/m)
  })

  test('a browser that is called and a caller hear each other, and its hang-up ends its leg', async () => {
    const agent = await outgoing()
    const caller = await scene.incoming()
    await scene.esl.api(`uuid_bridge ${caller.uuid} ${agent.uuid}`)
    await phone.hears(pitch.caller)
    expect(await caller.call.hears(pitch.agent)).toBe(true)

    const { invite } = agent
    const parties = { from: `${invite.header('to')};tag=web`, to: invite.header('from') ?? '' }
    const uri = /<([^>]+)>/.exec(invite.header('contact') ?? '')?.[1] ?? ''
    const bye = { phone: phone.sip, method: 'BYE', uri, callId: invite.header('call-id') ?? '', ...parties }
    phone.sip.send(request(bye), scene.running.sipPort)

    await phone.sip.expect('200')
    await scene.esl.event('CHANNEL_HANGUP_COMPLETE', { 'Unique-ID': agent.uuid })
  })
})
