import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/kernel/index.ts'
import { newBranch, type RawMessage, type RawPhone, request, response, udpPhone } from '../support/raw-sip.ts'
import { endEverybody, openScene, type Scene, talking, until } from './switch-scene.ts'
import { switches } from './switches.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
const alaw = `${head}m=audio 40000 RTP/AVP 8\r\n`

describe.each(switches())('signalling of $name', (target) => {
  let scene: Scene
  let phone: RawPhone
  beforeAll(async () => {
    scene = await openScene(target)
    phone = await udpPhone()
  })
  // A switch repeats a BYE that nobody answers, so the bare phone answers that of each of its dialogs.
  let dialogs = 0
  afterEach(async () => {
    await scene.esl.api('hupall NORMAL_CLEARING')
    for (; dialogs > 0; dialogs -= 1) phone.send(response(await phone.expect('BYE'), 200), scene.running.sipPort)
    await endEverybody(scene)
  })
  afterAll(async () => {
    await phone.close()
    await scene.close()
  })

  function invite(parts: { body?: string; callId?: string; to?: string; cseq?: number; branch?: string } = {}): string {
    const { callId = newId(), body = alaw } = parts
    const uri = `sip:12345@127.0.0.1:${scene.running.sipPort}`
    phone.send(request({ phone, method: 'INVITE', uri, ...parts, callId, body }), scene.running.sipPort)
    return callId
  }

  /** ACK: of a refusal within its INVITE's transaction, of an answer with a branch of its own (RFC 3261 section 17.1.1.3). */
  function acknowledge(answer: RawMessage, branch = newBranch(), body = ''): void {
    const parts = {
      phone,
      method: 'ACK',
      uri: `sip:12345@127.0.0.1:${scene.running.sipPort}`,
      callId: answer.header('call-id') ?? '',
      to: answer.header('to') ?? '',
      cseq: Number.parseInt(answer.header('cseq') ?? '1', 10),
      branch,
      body,
    }
    phone.send(request(parts), scene.running.sipPort)
  }

  async function answered(): Promise<{ uuid: string; ok: RawMessage; callId: string }> {
    const callId = invite()
    const { 'Unique-ID': uuid = '' } = await scene.esl.event('CHANNEL_PARK', { variable_sip_call_id: callId })
    await scene.esl.api(`uuid_answer ${uuid}`)
    const ok = await phone.expect('200')
    acknowledge(ok)
    dialogs += 1
    return { uuid, ok, callId }
  }

  test.each([
    ['no codec of ours', `${head}m=audio 40000 RTP/AVP 18\r\na=rtpmap:18 G729/8000\r\n`, '488'],
    ['video only', `${head}m=video 40000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n`, '488'],
    ['its audio refused', `${head}m=audio 0 RTP/AVP 8\r\n`, '488'],
  ])('INVITE - one with %s is refused', async (_name, body, status) => {
    const branch = newBranch()
    invite({ body, branch })

    const refusal = await phone.expect(status)

    expect(refusal.header('cseq')).toBe('1 INVITE')
    acknowledge(refusal, branch)
  })

  test('INVITE - one without SDP is answered with an offer, and talks when its ACK has the answer', async () => {
    const callId = invite({ body: '' })
    const { 'Unique-ID': uuid = '' } = await scene.esl.event('CHANNEL_PARK', { variable_sip_call_id: callId })
    const from = scene.esl.events.length
    const answering = scene.esl.bgapi(`uuid_answer ${uuid}`)
    const ok = await phone.expect('200')
    dialogs += 1
    expect(ok.body).toMatch(/m=audio [1-9]\d* RTP\/AVP 8 0 101/)
    expect(scene.esl.events.slice(from).map((event) => event['Event-Name'])).not.toContain('CHANNEL_ANSWER')

    acknowledge(ok, newBranch(), alaw)

    await scene.esl.event('CHANNEL_ANSWER', { 'Unique-ID': uuid })
    expect(await answering).toBe('+OK\n')
    const heard = await scene.esl.api(`uuid_getvar ${uuid} remote_media_port`)
    expect(heard).toBe('40000')
  })

  test('INVITE - a caller whose ACK has no answer to our offer is released', async () => {
    const callId = invite({ body: '' })
    const { 'Unique-ID': uuid = '' } = await scene.esl.event('CHANNEL_PARK', { variable_sip_call_id: callId })
    const answering = scene.esl.bgapi(`uuid_answer ${uuid}`)
    acknowledge(await phone.expect('200'))

    phone.send(response(await phone.expect('BYE', 60_000), 200), scene.running.sipPort)

    await answering
    await until(async () => (await scene.esl.api(`uuid_exists ${uuid}`)) === 'false')
  })

  // `timer-T1X64` of sip_profiles/edge.xml; the standard's 32 s would keep an agent busy with nobody.
  test('INVITE - an answer that nobody acknowledges is given up after 8 s', async () => {
    const silent = await udpPhone()
    const { sipPort } = scene.running
    const callId = newId()
    const uri = `sip:12345@127.0.0.1:${sipPort}`
    silent.send(request({ phone: silent, method: 'INVITE', uri, callId, body: alaw }), sipPort)
    const { 'Unique-ID': uuid = '' } = await scene.esl.event('CHANNEL_PARK', { variable_sip_call_id: callId })
    const answeredAt = Date.now()
    await scene.esl.api(`uuid_answer ${uuid}`)
    await silent.expect('200')

    silent.send(response(await silent.expect('BYE', 60_000), 200), sipPort)

    expect(Date.now() - answeredAt).toBeGreaterThan(6000)
    await until(async () => (await scene.esl.api(`uuid_exists ${uuid}`)) === 'false')
    await silent.close()
  })

  test('INVITE - the law the caller prefers is answered, and every stream of the offer named', async () => {
    const callId = invite({
      body: `${head}m=audio 40000 RTP/AVP 18 0 8\r\nm=video 40002 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n`,
    })
    const { 'Unique-ID': uuid } = await scene.esl.event('CHANNEL_PARK', { variable_sip_call_id: callId })
    await scene.esl.api(`uuid_answer ${uuid}`)

    const ok = await phone.expect('200')
    acknowledge(ok)
    dialogs += 1

    expect(ok.body).toMatch(/m=audio \d+ RTP\/AVP 0\r\n/)
    expect(ok.body).toContain('m=video 0 ')
  })

  test('re-INVITE - the same SDP again refreshes the session and changes nothing', async () => {
    const { ok, callId, uuid } = await answered()
    const from = scene.esl.events.length

    invite({ callId, to: ok.header('to') ?? '', cseq: 2 })
    const refreshed = await phone.expect('200')
    acknowledge(refreshed)

    expect(refreshed.body).toMatch(/m=audio \d+ RTP\/AVP 8/)
    expect(await scene.esl.api(`uuid_exists ${uuid}`)).toBe('true')
    expect(scene.esl.events.slice(from).map((event) => event['Event-Name'])).not.toContain('CHANNEL_HOLD')
  })

  test('re-INVITE - the old way to hold, address 0.0.0.0, holds', async () => {
    const { ok, callId, uuid } = await answered()

    invite({
      callId,
      to: ok.header('to') ?? '',
      cseq: 2,
      body: alaw.replace('IP4 127.0.0.1\r\nt=', 'IP4 0.0.0.0\r\nt='),
    })
    acknowledge(await phone.expect('200'))

    await scene.esl.event('CHANNEL_HOLD', { 'Unique-ID': uuid })
  })

  test('listing - an agent parked after a bridge is still listed under the call it was in', async () => {
    const { caller, agent } = await talking(scene, ',park_after_bridge=true')
    const from = scene.esl.events.length

    await caller.call.hangUp()
    await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': agent.uuid }, { from })

    await until(async () => {
      const { rows } = JSON.parse(await scene.esl.api('show channels as json'))
      return rows.length === 1 && rows[0].state === 'CS_PARK' && rows[0].call_uuid === caller.uuid
    })
  })
})
