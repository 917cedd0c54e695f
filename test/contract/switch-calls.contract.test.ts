import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/kernel/index.ts'
import { EslClient } from './switch-esl-client.ts'
import { endEverybody, openScene, pitch, type Scene, until } from './switch-scene.ts'
import { switches } from './switches.ts'

const dollar = '$'

const channelColumns =
  `uuid direction created created_epoch name state cid_name cid_num ip_addr dest application application_data dialplan context
  read_codec read_rate read_bit_rate write_codec write_rate write_bit_rate secure hostname presence_id presence_data accountcode
  callstate callee_name callee_num callee_direction call_uuid sent_callee_name sent_callee_num initial_cid_name initial_cid_num
  initial_ip_addr initial_dest initial_dialplan initial_context`.split(/\s+/)

describe.each(switches())('calls on $name', (target) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene(target)
  })
  afterEach(async () => await endEverybody(scene))
  afterAll(async () => await scene.close())

  const gone = (uuid: string) => scene.esl.event('CHANNEL_DESTROY', { 'Unique-ID': uuid })
  const exists = (uuid: string) => scene.esl.api(`uuid_exists ${uuid}`)

  test('arriving - a call rings and is parked, and its events say who calls whom', async () => {
    const { call, uuid } = await scene.incoming({ answered: false })

    const names = ['CHANNEL_CREATE', 'CHANNEL_PROGRESS', 'CHANNEL_PARK', 'CHANNEL_ANSWER']
    const parked = await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': uuid })
    expect(scene.esl.order(uuid, names)).toEqual(['CHANNEL_CREATE', 'CHANNEL_PROGRESS', 'CHANNEL_PARK'])
    expect(parked).toMatchObject({
      'Call-Direction': 'inbound',
      'Answer-State': 'ringing',
      'Channel-Call-State': 'RINGING',
      'Caller-Destination-Number': '12345',
      'Caller-Context': 'hotline',
      'Caller-Unique-ID': uuid,
      variable_sip_to_user: '12345',
      variable_sip_received_ip: '127.0.0.1',
      variable_yihao_line: '12345',
      variable_sip_call_id: call.callId,
    })
    await until(() => call.ringingAt !== undefined)
  })

  test('arriving - the dialplan answers by itself when nobody takes the call, and sched_del prevents it', async () => {
    const { uuid } = await scene.incoming({ answered: false })
    const from = scene.esl.events.length
    await scene.esl.api(`sched_transfer +1 ${uuid} 12345 XML absence`)

    const answered = await scene.esl.event('CHANNEL_ANSWER', { 'Unique-ID': uuid }, { from })

    expect(answered['Caller-Context']).toBe('absence')
    await scene.esl.event('PLAYBACK_START', { 'Unique-ID': uuid }, { from })
    expect(await scene.esl.api(`sched_del ${uuid}`)).toMatch(/^\+OK Deleted: 1\n$/)
  })

  test('arriving - a number of nobody is answered 404', async () => {
    const from = scene.esl.events.length
    const call = await scene.dial('nobody')

    const ended = await call.ended

    expect(ended).toMatchObject({ cause: 'refused', status: 404 })
    await scene.esl.event('CHANNEL_HANGUP', { 'Hangup-Cause': 'UNALLOCATED_NUMBER' }, { from })
  })

  test('listing - channels and calls are told with every column', async () => {
    const { uuid } = await scene.incoming()
    await until(async () => (await scene.esl.api('show channels as json')).includes('ACTIVE'))

    const channels = JSON.parse(await scene.esl.api('show channels as json'))
    const calls = JSON.parse(await scene.esl.api('show calls as json'))

    expect(channels.row_count).toBe(1)
    expect(Object.keys(channels.rows[0])).toEqual(channelColumns)
    expect(channels.rows[0]).toMatchObject({
      uuid,
      direction: 'inbound',
      state: 'CS_EXECUTE',
      callstate: 'ACTIVE',
      dest: '12345',
      application: 'park',
      read_codec: 'PCMA',
      call_uuid: '',
      initial_context: 'hotline',
    })
    expect(calls.rows[0]).toMatchObject({ uuid, b_uuid: '' })
  })

  test('answering - by execute and by api: the call is told answered before the command is complete', async () => {
    const { call, uuid } = await scene.incoming({ answered: false })
    await scene.esl.execute(uuid, 'answer', '', { eventUuid: 'answer-1' })

    const done = await scene.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': 'answer-1' })

    expect((await call.answered).kind).toBe('answered')
    expect(done).toMatchObject({ Application: 'answer', 'Application-Response': '_none_', 'Answer-State': 'answered' })
    expect(await scene.esl.api(`uuid_answer ${uuid}`)).toBe('+OK\n')
  })

  test('variables - are set, read, listed in a dump, and expanded in an application', async () => {
    const { uuid } = await scene.incoming()

    await scene.esl.api(`uuid_setvar ${uuid} colour dark red`)
    await scene.esl.api(`uuid_setvar_multi ${uuid} shape=round;size=2`)
    await scene.esl.execute(uuid, 'set', `both=${dollar}{colour}/${dollar}{shape}`, { eventUuid: 'set-1' })
    await scene.esl.event('CHANNEL_EXECUTE_COMPLETE', { 'Application-UUID': 'set-1' })

    expect(await scene.esl.api(`uuid_getvar ${uuid} both`)).toBe('dark red/round')
    expect(await scene.esl.api(`uuid_getvar ${uuid} nothing`)).toBe('_undef_')
    expect(await scene.esl.api(`uuid_dump ${uuid}`)).toContain('variable_both: dark%20red/round\n')
    expect(JSON.parse(await scene.esl.api(`uuid_dump ${uuid} json`))).toMatchObject({
      'Event-Name': 'CHANNEL_DATA',
      'Unique-ID': uuid,
      variable_size: '2',
    })
  })

  test('dialling - a phone rings, answers and is parked; the job is done then', async () => {
    const uuid = newId()
    const phone = scene.phone({ kind: 'ring' })
    const job = scene.esl.bgapi(
      `originate {origination_uuid=${uuid},origination_caller_id_number=12345,origination_caller_id_name='Yi\\, Hao',ignore_early_media=true}sofia/edge/${phone.address} &park()`,
    )
    const call = await phone.nextCall()
    await scene.esl.event('CHANNEL_PROGRESS', { 'Unique-ID': uuid })

    await call.answer()

    expect(await job).toBe(`+OK ${uuid}\n`)
    await scene.esl.event('CHANNEL_PARK', { 'Unique-ID': uuid })
    const created = await scene.esl.event('CHANNEL_CREATE', { 'Unique-ID': uuid })
    expect(created).toMatchObject({
      'Call-Direction': 'outbound',
      'Caller-Caller-ID-Number': '12345',
      'Caller-Caller-ID-Name': 'Yi, Hao',
      variable_origination_uuid: uuid,
    })
    expect(call.other).toBe('12345')
    const order = [
      'CHANNEL_OUTGOING',
      'CHANNEL_CREATE',
      'CHANNEL_ORIGINATE',
      'CHANNEL_PROGRESS',
      'CHANNEL_ANSWER',
      'CHANNEL_PARK',
    ]
    expect(scene.esl.order(uuid, order)).toEqual(order)
  })

  test.each([
    [486, 'USER_BUSY'],
    [480, 'NO_USER_RESPONSE'],
    [404, 'UNALLOCATED_NUMBER'],
    [603, 'CALL_REJECTED'],
    [408, 'RECOVERY_ON_TIMER_EXPIRE'],
    [488, 'INCOMPATIBLE_DESTINATION'],
    [500, 'NORMAL_TEMPORARY_FAILURE'],
    [503, 'NORMAL_TEMPORARY_FAILURE'],
  ])('dialling - a phone that answers %i fails the job with %s', async (status, cause) => {
    const uuid = newId()
    const phone = scene.phone({ kind: 'reject', status })

    const result = await scene.esl.bgapi(`originate {origination_uuid=${uuid}}sofia/edge/${phone.address} &park()`)

    const ended = await scene.esl.event('CHANNEL_HANGUP_COMPLETE', { 'Unique-ID': uuid })
    expect(result).toBe(`-ERR ${cause}\n`)
    expect(ended).toMatchObject({
      'Hangup-Cause': cause,
      variable_hangup_cause: cause,
      variable_sip_term_status: String(status),
      variable_sip_hangup_disposition: 'recv_refuse',
    })
  })

  test('dialling - a phone nobody answers is cancelled when the time is over', async () => {
    const phone = scene.phone({ kind: 'ring' })
    const job = scene.esl.bgapi(`originate {originate_timeout=1}sofia/edge/${phone.address} &park()`)
    const call = await phone.nextCall()

    const ended = await call.ended

    expect(ended.cause).toBe('cancelledByOther')
    expect(await job).toBe('-ERR NO_ANSWER\n')
  })

  test('dialling - killing a leg that rings cancels the phone at once', async () => {
    const uuid = newId()
    const phone = scene.phone({ kind: 'ring' })
    const job = scene.esl.bgapi(`originate {origination_uuid=${uuid}}sofia/edge/${phone.address} &park()`)
    const call = await phone.nextCall()
    await scene.esl.event('CHANNEL_PROGRESS', { 'Unique-ID': uuid })

    const killedAt = Date.now()
    await scene.esl.api(`uuid_kill ${uuid} ORIGINATOR_CANCEL`)
    const ended = await call.ended

    expect(ended.cause).toBe('cancelledByOther')
    // A phone that nobody cancels rings for a minute.
    expect(ended.at - killedAt).toBeLessThan(10_000)
    expect(await job).toBe('-ERR ORIGINATOR_CANCEL\n')
  })

  test('hanging up - by api, by sendmsg and by the phone, each cause is told', async () => {
    const [killed, told, left] = [
      await scene.incoming(),
      await scene.incoming(),
      await scene.incoming({ answered: false }),
    ]

    await scene.esl.api(`uuid_kill ${killed.uuid} CALL_REJECTED`)
    await scene.esl.send(`sendmsg ${told.uuid}\ncall-command: hangup\nhangup-cause: USER_BUSY`)
    left.call.cancel()

    const cause = async (uuid: string) =>
      (await scene.esl.event('CHANNEL_HANGUP_COMPLETE', { 'Unique-ID': uuid }))['Hangup-Cause']
    expect(await cause(killed.uuid)).toBe('CALL_REJECTED')
    expect(await cause(told.uuid)).toBe('USER_BUSY')
    expect(await cause(left.uuid)).toBe('ORIGINATOR_CANCEL')
    expect((await killed.call.ended).cause).toBe('hungUpByOther')
  })

  test.each([
    ['USER_BUSY', 486],
    ['CALL_REJECTED', 603],
    ['NO_ANSWER', 480],
    ['UNALLOCATED_NUMBER', 404],
    ['NORMAL_TEMPORARY_FAILURE', 503],
  ])('hanging up - a caller who was not answered is refused for %s with %i', async (cause, status) => {
    const { call, uuid } = await scene.incoming({ answered: false })

    await scene.esl.api(`uuid_kill ${uuid} ${cause}`)

    expect(await call.ended).toMatchObject({ cause: 'refused', status })
  })

  test('hanging up - the last events come in order, with the times of the call', async () => {
    const { call, uuid } = await scene.incoming()

    await call.hangUp()
    await gone(uuid)

    const order = ['CHANNEL_HANGUP', 'CHANNEL_UNPARK', 'CHANNEL_HANGUP_COMPLETE', 'CHANNEL_DESTROY']
    expect(scene.esl.order(uuid, order)).toEqual(order)
    const complete = await scene.esl.event('CHANNEL_HANGUP_COMPLETE', { 'Unique-ID': uuid })
    expect(complete).toMatchObject({
      'Answer-State': 'hangup',
      'Channel-Call-State': 'HANGUP',
      variable_hangup_cause: 'NORMAL_CLEARING',
      variable_hangup_cause_q850: '16',
      variable_sip_term_status: '200',
      variable_sip_hangup_disposition: 'recv_bye',
    })
    const [start, answer, end] = ['start', 'answer', 'end'].map((moment) =>
      Number(complete[`variable_${moment}_uepoch`]),
    )
    expect(start).toBeGreaterThan(1e15)
    expect(Number(answer)).toBeGreaterThanOrEqual(Number(start))
    expect(Number(end)).toBeGreaterThanOrEqual(Number(answer))
    expect(Number(complete.variable_billmsec)).toBeGreaterThanOrEqual(0)
  })

  test('hanging up - an application that does not exist ends the call', async () => {
    const { call, uuid } = await scene.incoming()

    await scene.esl.execute(uuid, 'no_such_application', 'x')

    expect((await call.ended).cause).toBe('hungUpByOther')
    const ended = await scene.esl.event('CHANNEL_HANGUP', { 'Unique-ID': uuid })
    expect(ended['Hangup-Cause']).toBe('DESTINATION_OUT_OF_ORDER')
  })

  test('driving - a client that goes away hangs up nobody', async () => {
    const { call, uuid } = await scene.incoming()
    const client = await EslClient.login(scene.running)
    await client.execute(uuid, 'endless_playback', scene.sound('welcome'))
    await call.hears(pitch.welcome)

    client.close()

    expect(await call.hears(pitch.welcome)).toBe(true)
    expect(await exists(uuid)).toBe('true')
  })
})
