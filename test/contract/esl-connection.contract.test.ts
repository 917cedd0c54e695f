import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../../src/kernel/index.ts'
import { eslCommands } from '../../src/switch/freeswitch/esl-commands.ts'
import { SwitchRefused, SwitchUnavailable } from '../../src/switch/index.ts'
import {
  apiResponse,
  disconnectNotice,
  eventFrame,
  jobResult,
  reply,
  ScriptedEslServer,
} from '../support/scripted-esl-server.ts'
import { SetClock } from '../support/set-clock.ts'
import { until } from '../support/until.ts'
import { connectTo, type EslEars, failureOf } from './esl-connection-ears.ts'

const legId = newId()
const heartbeat = (number: number) =>
  eventFrame({ 'Event-Name': 'HEARTBEAT', 'Unique-ID': 'x', Number: String(number), Name: '市民"热线' })

describe('event-socket connection to a switch that misbehaves', () => {
  let server: ScriptedEslServer
  const opened: EslEars[] = []
  beforeEach(async () => {
    server = await ScriptedEslServer.start()
  })
  afterEach(async () => {
    for (const { connection } of opened.splice(0)) connection.close()
    await server.close()
  })

  const connect = async (clock = new SetClock()) => {
    const ears = await connectTo({ port: server.port, password: server.password, clock })
    opened.push(ears)
    return ears
  }

  test('a wrong password is told as such, and the connection is closed', async () => {
    const opening = connectTo({ port: server.port, password: 'wrong', clock: new SetClock() })

    await expect(opening).rejects.toThrow(/password is wrong.*SWITCH_ESL_PASSWORD/)
    await until(() => server.clients === 0, 'the connection is closed')
  })

  test('a server that never asks for the password is given up after 4 s', async () => {
    server.greeting = ''
    const clock = new SetClock()
    const opening = failureOf(connectTo({ port: server.port, password: server.password, clock }))
    await until(() => server.clients === 1, 'connected')

    clock.advance(4000)

    expect(await opening).toBeInstanceOf(SwitchUnavailable)
    await until(() => server.clients === 0, 'the connection is closed')
  })

  test('nobody listens on the port: the attempt is refused at once', async () => {
    await server.close()

    await expect(connect()).rejects.toThrow(SwitchUnavailable)
    await server.listen()
  })

  test('commands and jobs that wait fail at once when the connection breaks, and later ones too', async () => {
    const { connection, closedFor } = await connect()
    server.script = (command) => (command.startsWith('api') ? '' : undefined)
    const job = failureOf(connection.job(eslCommands.answer(legId), 60_000))
    await server.heard('bgapi')
    const waiting = [connection.api(eslCommands.showChannels()), connection.api(eslCommands.answer(legId))].map(
      failureOf,
    )
    await server.heard(`api uuid_answer`)

    server.drop()

    for (const failure of [...waiting, job]) expect(await failure).toBeInstanceOf(SwitchUnavailable)
    expect(connection.closed).toBe(true)
    expect(await failureOf(connection.api(eslCommands.showChannels()))).toBeInstanceOf(SwitchUnavailable)
    expect(closedFor).toHaveLength(1)
  })

  test('a reply that is lost closes the connection, so that no other command takes the next one for its own', async () => {
    const clock = new SetClock()
    const { connection, closedFor } = await connect(clock)
    server.script = (command) => (command.startsWith('api uuid_answer') ? '' : undefined)
    const lost = failureOf(connection.api(eslCommands.answer(legId)))
    await server.heard('api uuid_answer')

    clock.advance(3999)
    expect(connection.closed).toBe(false)
    clock.advance(1)

    expect(await lost).toBeInstanceOf(SwitchUnavailable)
    expect(closedFor.join()).toContain('uuid_answer')
    await until(() => server.clients === 0, 'the connection is closed')
  })

  test.each([
    ['api/response', 'a command reply', reply('+OK nobody asked')],
    ['nothing', 'an api response', apiResponse('+OK')],
  ])('%s is awaited and %s comes: the connection is closed', async (awaited, _what, frame) => {
    const { connection } = await connect()
    await connection.subscribe(['HEARTBEAT'])
    server.script = (command) => (command.startsWith('api') ? '' : undefined)
    const waiting = awaited === 'nothing' ? undefined : failureOf(connection.api(eslCommands.showChannels()))
    if (waiting) await server.heard('api show')

    server.say(frame)

    await until(() => connection.closed, 'closed')
    if (waiting) expect(await waiting).toBeInstanceOf(SwitchUnavailable)
  })

  test('a raw % in a reply header closes the connection and does not end the process', async () => {
    const { connection } = await connect()
    server.script = (command) => (command.startsWith('sendmsg') ? reply('-ERR 100%!') : undefined)

    const failure = await failureOf(connection.execute(eslCommands.playback(legId, ['/a.wav']), newId()))

    expect(failure).toBeInstanceOf(SwitchUnavailable)
    expect(connection.closed).toBe(true)
  })

  test('bgapi refused at once rejects, and no timer is left behind', async () => {
    const clock = new SetClock()
    const { connection } = await connect(clock)
    const timers = clock.pending
    server.script = (command) => (command.startsWith('bgapi') ? reply('-ERR originate Command not found!') : undefined)

    expect(await failureOf(connection.job(eslCommands.answer(legId), 60_000))).toBeInstanceOf(SwitchRefused)

    expect(clock.pending).toBe(timers)
  })

  test('sendmsg refused at once rejects', async () => {
    const { connection } = await connect()
    server.script = (command) =>
      command.startsWith('sendmsg') ? reply(`-ERR invalid session id [${legId}]`) : undefined

    const failure = await failureOf(connection.execute(eslCommands.playback(legId, ['/a.wav']), newId()))

    expect(failure).toBeInstanceOf(SwitchRefused)
    expect(connection.closed).toBe(false)
  })

  test('results of jobs find their job, whatever their order, and one without a job is passed over', async () => {
    const { connection, events } = await connect()
    const [first, second] = [
      connection.job(eslCommands.answer(legId), 1000),
      connection.job(eslCommands.park(legId), 1000),
    ]
    await server.heard('bgapi uuid_park')
    const [one = '', two = ''] = server.commands.flatMap(
      (command) => /^bgapi.*\nJob-UUID: (.*)/.exec(command)?.[1] ?? [],
    )

    server.say(jobResult('unknown', '+OK other\n') + jobResult(two, '-ERR USER_BUSY\n') + jobResult(one, '+OK 1\n'))

    expect(await Promise.all([first, second])).toEqual(['+OK 1', '-ERR USER_BUSY'])
    expect(events).toHaveLength(0)
  })

  test('a job without a result fails after its time, and the connection goes on', async () => {
    const clock = new SetClock()
    const { connection } = await connect(clock)
    const job = failureOf(connection.job(eslCommands.answer(legId), 1500))
    await server.heard('bgapi')
    // The bgapi itself was answered: a further command comes back.
    await connection.api(eslCommands.showChannels())

    clock.advance(1500)

    expect(await job).toBeInstanceOf(SwitchUnavailable)
    expect(connection.closed).toBe(false)
  })

  test('frames cut at every byte are put together again', async () => {
    const { connection, events } = await connect()
    await connection.subscribe(['HEARTBEAT'])
    const frames = Buffer.from(heartbeat(0) + heartbeat(1))
    for (let cut = 1; cut < frames.length; cut += 1) {
      server.say(frames.subarray(0, cut))
      await new Promise((resolve) => setImmediate(resolve))
      server.say(frames.subarray(cut))
      await until(() => events.length === 2 * cut, `the events cut at ${cut}`)
    }

    expect(new Set(events.map((event) => event['Name']))).toEqual(new Set(['市民"热线']))
    expect(events.map((event) => event['Number'])).toEqual(events.map((_, index) => String(index % 2)))
  })

  test('frames that come byte by byte are put together again', async () => {
    const { connection, events } = await connect()
    server.script = (command) => (command.startsWith('api show') ? '' : undefined)
    const channels = connection.api(eslCommands.showChannels())
    await server.heard('api show')

    await server.spell(Buffer.from(heartbeat(1) + apiResponse('{"row_count":0}\n') + heartbeat(2)))

    expect(await channels).toBe('{"row_count":0}')
    await until(() => events.length === 2, 'both events')
  })

  test.each([
    ['too small', (body: string) => Buffer.byteLength(body) - 5],
    ['too big', (body: string) => Buffer.byteLength(body) + 5],
    ['negative', () => -5],
    ['no number', () => 'NaN'],
    ['a number and more', () => '12abc'],
    ['empty', () => ''],
    ['10 GB', () => 10 * 1024 ** 3],
  ])('a Content-Length that is %s closes the connection, and nothing false is told', async (_what, lie) => {
    const clock = new SetClock()
    const { connection, events } = await connect(clock)
    await connection.subscribe(['HEARTBEAT'])
    const event = { 'Event-Name': 'HEARTBEAT', 'Unique-ID': 'x', Number: 'lie' }
    const frame = eventFrame(event, lie(JSON.stringify(event)))

    server.say(frame + heartbeat(1) + heartbeat(2))

    await until(() => connection.closed, 'closed')
    expect(events.filter((each) => each['Number'] === 'lie')).toHaveLength(0)
  })

  test.each([-5, 'NaN', '7x', 10 * 1024 ** 3])(
    'a reply whose Content-Length is %s fails its command',
    async (length) => {
      const { connection } = await connect()
      server.script = (command) =>
        command.startsWith('api show') ? apiResponse('{"row_count":0}\n', length) : undefined

      expect(await failureOf(connection.api(eslCommands.showChannels()))).toBeInstanceOf(SwitchUnavailable)
      expect(connection.closed).toBe(true)
    },
  )

  test('a frame without end is cut off before it fills the memory', async () => {
    const { connection } = await connect()
    const chunk = Buffer.alloc(256 * 1024, 'x')
    const before = process.memoryUsage().rss

    server.say('Content-Type: text/event-json\nX: ')
    for (let sent = 0; sent < 200 && !connection.closed; sent += 1) {
      server.say(chunk)
      await new Promise((resolve) => setImmediate(resolve))
    }

    await until(() => connection.closed, 'closed')
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
  })

  test('a large reply is no frame without end: 4 MB of channels are read', async () => {
    const { connection } = await connect()
    const body = JSON.stringify({ row_count: 1, rows: [{ uuid: 'x'.repeat(4 * 1024 * 1024) }] })
    server.script = (command) => (command.startsWith('api show') ? apiResponse(body) : undefined)

    expect(await connection.api(eslCommands.showChannels())).toHaveLength(body.length)
  })

  test.each([
    ['an unknown type', 'Content-Type: text/event-haiku\n\n'],
    ['no type', 'Nothing: here\n\n'],
    ['no header', '\n\n'],
    ['broken JSON', 'Content-Type: text/event-json\nContent-Length: 5\n\n{"a":'],
    ['JSON that is no object', 'Content-Type: text/event-json\nContent-Length: 4\n\nnull'],
    ['an event without a body', 'Content-Type: text/event-json\n\n'],
    ['30,000 empty frames', '\n\n'.repeat(30_000)],
    ['binary noise', Buffer.from([0, 255, 10, 10, 254, 0, 10, 10])],
  ])('a frame with %s closes the connection', async (_what, bytes) => {
    const { connection, closedFor } = await connect()

    server.say(bytes)

    await until(() => connection.closed, 'closed')
    expect(closedFor).toHaveLength(1)
  })

  test('the switch says goodbye: the connection is closed, and what follows is not listened to', async () => {
    const { connection, events, closedFor } = await connect()

    server.say(heartbeat(1) + disconnectNotice + heartbeat(2))

    await until(() => connection.closed, 'closed')
    expect(events.map((event) => event['Number'])).toEqual(['1'])
    expect(closedFor).toEqual(['the switch disconnected us'])
  })

  test('a switch that is silent is asked for a sign of life, and given up within 5 s', async () => {
    const clock = new SetClock()
    const { connection, closedFor } = await connect(clock)
    await connection.api(eslCommands.showChannels())
    server.script = () => ''
    const start = clock.now()

    while (!connection.closed && clock.now() - start < 10_000) {
      clock.advance(100)
      await new Promise((resolve) => setImmediate(resolve))
    }

    expect(clock.now() - start).toBeLessThanOrEqual(5000)
    expect(closedFor.join()).toMatch(/silent/)
    await server.heard('api hostname')
  })

  test('a switch that answers signs of life is kept without events', async () => {
    const clock = new SetClock()
    const { connection } = await connect(clock)
    await connection.api(eslCommands.showChannels())
    for (let asked = 1; asked < 60; asked += 1) {
      clock.advance(2000)
      await until(
        () => server.commands.filter((command) => command === 'api hostname').length >= asked,
        `question ${asked}`,
      )
      await connection.api(eslCommands.showChannels())
    }

    expect(connection.closed).toBe(false)
  })

  test('bytes that never become a frame are no sign of life', async () => {
    const clock = new SetClock()
    const { connection } = await connect(clock)
    server.script = () => ''

    for (let step = 0; step < 50 && !connection.closed; step += 1) {
      server.say('X')
      await new Promise((resolve) => setImmediate(resolve))
      clock.advance(100)
    }

    expect(connection.closed).toBe(true)
  })
})
