import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EslClient, type EslEvent } from './switch-esl-client.ts'
import { openScene, type Scene, until } from './switch-scene.ts'
import { switches } from './switches.ts'

const dollar = '$'

describe.each(switches())('event socket of $name', (target) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene(target)
  })
  afterAll(async () => await scene.close())

  test('login - a wrong password is refused, and the connection closed with a notice', async () => {
    const client = await EslClient.open(scene.running.eslPort)
    const request = await client.answer()

    const reply = await client.send('auth wrong')
    await client.untilClosed()

    expect(request.headers['Content-Type']).toBe('auth/request')
    expect(reply).toBe('-ERR invalid')
    expect(client.notices[0]?.body).toContain('Disconnected, goodbye.')
  })

  test('login - no command is performed before the password', async () => {
    const client = await EslClient.open(scene.running.eslPort)
    await client.answer()

    const reply = await client.send('api status')

    expect(reply).toBe('-ERR command not found')
    client.close()
  })

  test.each([
    ['foo', '-ERR command not found'],
    ['event', '-ERR no keywords supplied'],
    ['event json NOPE', '-ERR no keywords supplied'],
    ['event json CHANNEL_CREATE CUSTOM sofia::register', '+OK event listener enabled json'],
    ['nixevent CHANNEL_CREATE', '+OK events nixed'],
    ['nixevent', '-ERR no keywords supplied'],
    ['noevents', '+OK no longer listening for events'],
    ['noevents', '-ERR not listening for events'],
    ['filter Event-Name HEARTBEAT', '+OK filter added. [Event-Name]=[HEARTBEAT]'],
    ['filter delete Event-Name', '+OK filter deleted. [Event-Name][]'],
    ['filter delete all', '+OK filter deleted. [all][]'],
    ['linger', '-ERR not controlling a session'],
    ['nolinger', '-ERR not controlling a session'],
    ['log 7', '+OK log level 7 [7]'],
    ['nolog', '+OK no longer logging'],
    ['nolog', '-ERR not loging'],
    ['sendmsg nobody\ncall-command: execute\nexecute-app-name: answer', '-ERR invalid session id [nobody]'],
    ['divert_events on', '-ERR not controlling a session.'],
  ])('commands - %s', async (command, reply) => {
    const client = await asked(scene)

    expect(await client.send(command)).toBe(reply)
  })

  test.each([
    ['nonsense', '-ERR nonsense Command not found!\n'],
    ['show channels as json', '{"row_count": 0}\n'],
    ['show calls as json', '{"row_count": 0}\n'],
    ['show channels', '\n0 total.\n'],
    ['uuid_exists x', 'false'],
    ['uuid_kill x', '-ERR No such channel!\n'],
    ['uuid_kill', '-USAGE: <uuid> [cause]\n'],
    ['uuid_answer x', '-ERROR\n'],
    ['uuid_bridge a b', '-ERR Invalid uuid\n'],
    ['uuid_break x', '-ERR No such channel!\n'],
    ['uuid_broadcast x y', '-ERR invalid uuid\n'],
    ['uuid_transfer x y', '-ERR No such channel!\n'],
    ['uuid_park x', '-ERR No such channel!\n'],
    ['uuid_hold x', '+OK Success\n'],
    ['uuid_setvar x a b', '-ERR No such channel!\n'],
    ['uuid_setvar', '-USAGE: <uuid> <var> [value]\n'],
    ['uuid_getvar x a', '-ERR No such channel!\n'],
    ['uuid_dump x', '-ERR No such channel!\n'],
    ['uuid_send_dtmf x 1', '-ERR Cannot locate session!\n'],
    ['uuid_record x start /tmp/x.wav', '-ERR Cannot locate session!\n'],
    ['uuid_deflect x sip:1@1', '-ERR No such channel x!\n'],
    ['sched_del x', '+OK Deleted: 0\n'],
    ['sched_hangup +1 x', '-ERR No such channel!\n'],
    ['sched_transfer +1 x y', '-ERR No such channel!\n'],
    ['global_setvar colour=red', '+OK'],
    ['global_getvar colour', 'red'],
    ['global_getvar nothing', '-ERR no reply\n'],
    [`eval ${dollar}{colour} x ${dollar}${dollar}{colour}`, 'red x red'],
    ['originate nope/x &park()', '-ERR CHAN_NOT_IMPLEMENTED\n'],
    ['originate sofia/nope/sip:1@127.0.0.1:1 &park()', '-ERR INVALID_PROFILE\n'],
    ['conference list', '+OK No active conferences.\n'],
    ['conference room list', '-ERR Conference room not found\n'],
    ['hupall', '+OK hangup all channels with cause MANAGER_REQUEST\n'],
    ['reloadxml', '+OK [Success]\n'],
    ['fsctl pause', '+OK\n'],
    ['fsctl pause_check', 'true'],
    ['fsctl resume', '+OK\n'],
    ['fsctl sps', '+OK sessions per second: 200\n'],
  ])('api - %s', async (command, answer) => {
    const client = await asked(scene)

    expect(await client.api(command)).toBe(answer)
  })

  test('api - status and version are those of FreeSWITCH 1.10', async () => {
    expect(await scene.esl.api('status')).toMatch(/^UP 0 years, .*\nFreeSWITCH \(Version 1\.10.*\) is ready\n/)
    expect(await scene.esl.api('version')).toMatch(/^FreeSWITCH Version 1\.10/)
    expect(await scene.esl.api('create_uuid')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  test('bgapi - the job is answered with its id at once and its result follows as an event', async () => {
    const from = scene.esl.events.length
    scene.esl.raw('bgapi global_getvar colour\nJob-UUID: my-job\n\n')

    const answer = await scene.esl.answer()
    const event = await scene.esl.event('BACKGROUND_JOB', { 'Job-UUID': 'my-job' }, { from })

    expect(answer.headers).toMatchObject({ 'Reply-Text': '+OK Job-UUID: my-job', 'Job-UUID': 'my-job' })
    expect(event).toMatchObject({ 'Job-Command': 'global_getvar', 'Job-Command-Arg': 'colour', _body: 'red' })
  })

  test('events - HEARTBEAT comes in the interval of the configuration, sequence numbers rise', async () => {
    const beats: EslEvent[] = []
    for (let from = scene.esl.events.length; beats.length < 4; ) {
      const beat = await scene.esl.event('HEARTBEAT', {}, { from })
      from = scene.esl.events.indexOf(beat) + 1
      beats.push(beat)
    }

    const [first, last] = [beats[0], beats[3]]
    // Three times a second, where FreeSWITCH's own default is 20 s each; a busy machine may be late with one of them.
    const apart = Number(last?.['Event-Date-Timestamp']) - Number(first?.['Event-Date-Timestamp'])
    expect(apart / 1e6).toBeGreaterThan(1.5)
    expect(apart / 1e6).toBeLessThan(20)
    expect(Number(last?.['Event-Sequence'])).toBeGreaterThan(Number(first?.['Event-Sequence']))
    expect(first).toMatchObject({ 'Event-Info': 'System Ready', 'Core-UUID': last?.['Core-UUID'] })
  })

  test('events - one sent by a client comes back with its headers, in plain form URL-encoded', async () => {
    const client = await EslClient.login(scene.running)
    await client.send('event plain CUSTOM yihao::test')

    const reply = await client.send('sendevent CUSTOM\nEvent-Subclass: yihao::test\nWhat: a b/ü:"<1>"')
    await until(() => client.plain.length > 0)

    expect(reply).toMatch(/^\+OK [0-9a-f-]{36}$/)
    expect(client.plain[0]).toContain('Event-Subclass: yihao%3A%3Atest\n')
    expect(client.plain[0]).toContain('What: a%20b/%C3%BC%3A%22%3C1%3E%22\n')
    client.close()
  })

  test('events - a filter lets through what it names, a negative one stops it', async () => {
    const client = await EslClient.login(scene.running)
    await client.send('event json CUSTOM yihao::a')
    await client.send('filter Colour red')
    await client.send('filter Colour /^gr/')
    await client.send('filter Shape -round')

    for (const headers of [
      'Colour: blue',
      'Colour: red',
      'Colour: green',
      'Colour: red\nShape: round',
      'Colour: red\nShape: flat',
    ]) {
      await client.send(`sendevent CUSTOM\nEvent-Subclass: yihao::a\n${headers}`)
    }
    await until(() => client.events.length >= 3)

    expect(client.events.map((event) => `${event.Colour} ${event.Shape ?? ''}`)).toEqual(['red ', 'green ', 'red flat'])
    client.close()
  })

  test('framing - a command may come octet by octet, and several at once', async () => {
    const client = await EslClient.login(scene.running)

    for (const octet of 'api global_getvar colour\r\n\r\n') client.raw(octet)
    const slow = await client.answer()
    client.raw('api global_getvar colour\n\napi create_uuid\n\nnoevents\n\n')
    const answers = [await client.answer(), await client.answer(), await client.answer()]

    expect(slow.body).toBe('red')
    expect(answers.map((answer) => answer.body.length)).toEqual([3, 36, 0])
    client.close()
  })

  test('exit - is answered and followed by a notice', async () => {
    const client = await EslClient.login(scene.running)

    const reply = await client.send('exit')
    await client.untilClosed()

    expect(reply).toBe('+OK bye')
    expect(client.notices[0]?.headers['Content-Length']).toBe('67')
  })
})

/** One connection for the table of commands, as their answers depend on those before. */
let shared: { scene: Scene; client: EslClient } | undefined
async function asked(scene: Scene): Promise<EslClient> {
  if (shared?.scene !== scene) shared = { scene, client: await EslClient.login(scene.running) }
  return shared.client
}
