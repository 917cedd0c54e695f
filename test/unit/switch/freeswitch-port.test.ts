import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { FreeSwitchPort, type SwitchEvent, SwitchUnavailable, UnsafeSwitchText } from '../../../src/switch/index.ts'
import { silent } from '../../support/database.ts'
import { apiResponse, eventFrame, jobResult, reply, ScriptedEslServer } from '../../support/scripted-esl-server.ts'
import { SetClock } from '../../support/set-clock.ts'
import { until } from '../../support/until.ts'

let server: ScriptedEslServer
let clock: SetClock
let port: FreeSwitchPort
let events: SwitchEvent[]
beforeEach(async () => {
  server = await ScriptedEslServer.start()
  clock = new SetClock()
  const { password } = server
  const address = { name: 'scripted', host: '127.0.0.1', port: server.port, password, edge: '127.0.0.1:5060' }
  port = new FreeSwitchPort({ ...address, epoch: () => 1, onFenced: () => {}, clock, logger: silent })
  events = []
  port.onEvent((event) => events.push(event))
})
afterEach(async () => {
  await port.close()
  await server.close()
})

const connected = () => until(() => port.connected, 'connected')
const count = (type: SwitchEvent['type']) => events.filter((event) => event.type === type).length
const oneChannel = JSON.stringify({
  row_count: 1,
  rows: [{ uuid: newId(), direction: 'inbound', callstate: 'ACTIVE' }],
})
const isListing = (command: string) => command.startsWith('api show channels')
const request = (extension: string) => {
  const caller = { callerNumber: '13800000000', callerName: '' }
  return { legId: newId(), extension, ...caller, timeoutSeconds: 8 }
}

test('switch port - subscribes before it lists the channels, so that none can appear unseen', async () => {
  port.start()
  await connected()

  const order = server.commands.map((command) => command.split(' ').slice(0, 2).join(' '))
  expect(order.lastIndexOf('event json')).toBeLessThan(order.indexOf('api show'))
  expect(events).toMatchObject([{ type: 'switch.connected', channels: [] }])
})

/** Lets the clock go on, a second of ours for a fifth of a second of the wall, until it is true. */
const inTime = (isTrue: () => boolean, what: string) =>
  until(
    () => {
      if (!isTrue()) clock.advance(100)
      return isTrue()
    },
    what,
    20_000,
  )

test('switch port - a switch that is away is tried again, and announced when it is there', async () => {
  await server.close()
  port.start()
  const start = clock.now()
  await inTime(() => clock.now() - start > 5000, 'five seconds without a switch')
  expect(port.connected).toBe(false)
  await server.listen()
  const back = clock.now()

  await inTime(() => port.connected, 'connected')

  expect(clock.now() - back).toBeLessThanOrEqual(1500)
  expect(events.map(({ type }) => type)).toEqual(['switch.connected'])
})

test('switch port - a connection that breaks is told once, commands fail meanwhile, and it is built anew', async () => {
  port.start()
  await connected()

  server.drop()
  await until(() => count('switch.lost') === 1, 'lost')
  await expect(port.answer(newId())).rejects.toThrow(SwitchUnavailable)
  await expect(port.dial(request('8001'))).rejects.toThrow(SwitchUnavailable)
  await expect(port.play(newId(), ['/a.wav']).accepted).rejects.toThrow(SwitchUnavailable)
  clock.advance(1000)
  await connected()

  expect(events.map(({ type }) => type)).toEqual(['switch.connected', 'switch.lost', 'switch.connected'])
  expect(server.clients).toBe(1)
})

test.each([
  ['is refused', apiResponse('-ERR out of memory\n')],
  ['is no JSON', apiResponse('{"rows":[')],
  ['is null', apiResponse('null')],
])('switch port - a list of channels that %s leaves no half-open connection behind', async (_what, answer) => {
  server.script = (command) => (isListing(command) ? answer : undefined)
  port.start()
  await inTime(() => server.commands.filter(isListing).length === 3, 'three attempts')

  server.script = () => undefined
  await inTime(() => port.connected, 'connected')
  server.say(eventFrame({ 'Event-Name': 'DTMF', 'Unique-ID': newId(), 'DTMF-Digit': '1' }))
  await until(() => count('leg.digit') > 0, 'the digit')

  expect(count('switch.connected')).toBe(1)
  expect(count('leg.digit')).toBe(1)
  expect(server.clients).toBe(1)
})

test('switch port - the list of channels is looked at again and again, also after looks that failed', async () => {
  port.start()
  await connected()
  const answers = [apiResponse('-ERR try later\n'), apiResponse('garbage'), apiResponse(oneChannel)]
  server.script = (command) => (isListing(command) ? answers.shift() : undefined)

  await inTime(() => count('switch.listed') > 0, 'a look is announced')

  expect(answers).toEqual([])
  expect(events.at(-1)).toMatchObject({ type: 'switch.listed', channels: [{ answered: true }] })
  expect(events.map(({ type }) => type)).toEqual(['switch.connected', 'switch.listed'])
})

const park = (legId: string) =>
  eventFrame({
    'Event-Name': 'CHANNEL_PARK',
    'Unique-ID': legId,
    'Call-Direction': 'inbound',
    'Caller-Destination-Number': '12345',
    'Caller-Caller-ID-Number': '13800000000',
  })
const lists = () =>
  events.flatMap((event) => (event.type === 'switch.listed' ? [event.channels.map(({ legId }) => legId)] : []))

test('switch port - a caller who arrived a moment ago is in the list, although FreeSWITCH has not written it yet', async () => {
  port.start()
  await connected()
  const legId = newId()
  await inTime(() => lists().length === 1, 'the first look')
  server.script = (command) => (isListing(command) ? park(legId) + apiResponse('{"row_count":0}') : undefined)

  await inTime(() => lists().length === 2, 'the second look')
  server.script = () => undefined
  await inTime(() => lists().length === 3, 'the third look')

  expect(lists()).toEqual([[], [legId], []])
  const [, second] = events.filter((event) => event.type === 'switch.listed')
  expect(second).toMatchObject({
    channels: [{ direction: 'inbound', calledNumber: '12345', callerNumber: '13800000000' }],
  })
}, 40_000)

test('switch port - a phone that was just answered is in the list too', async () => {
  port.start()
  await connected()
  const legId = newId()
  const answer = eventFrame({ 'Event-Name': 'CHANNEL_ANSWER', 'Unique-ID': legId, 'Call-Direction': 'outbound' })
  server.script = (command) => (isListing(command) ? answer + apiResponse('{"row_count":0}') : undefined)

  await inTime(() => lists().length === 1, 'a look')

  expect(lists()).toEqual([[legId]])
  expect(events.at(-1)).toMatchObject({ channels: [{ direction: 'outbound' }] })
})

test('switch port - a caller who has just gone is not in the list, although FreeSWITCH still has it', async () => {
  port.start()
  await connected()
  const legId = newId()
  const rows = [{ uuid: legId, direction: 'inbound', callstate: 'ACTIVE' }]
  const list = apiResponse(JSON.stringify({ row_count: 1, rows }))
  const gone = eventFrame({
    'Event-Name': 'CHANNEL_HANGUP_COMPLETE',
    'Unique-ID': legId,
    'Hangup-Cause': 'NORMAL_CLEARING',
  })
  server.script = (command) => (isListing(command) ? park(legId) + gone + list : undefined)

  await inTime(() => lists().length === 1, 'a look')
  server.script = (command) => (isListing(command) ? list : undefined)
  await inTime(() => lists().length === 2, 'a later look')

  // Still there so much later, it is no delay of the list: the event was about something else.
  expect(lists()).toEqual([[], [legId]])
})

test.each(['auth', 'api show'])(
  'switch port - closed while it waits for the answer to %s, it stays closed',
  async (stage) => {
    server.script = (command) => (command.startsWith(stage) ? '' : undefined)
    port.start()
    await server.heard(stage)

    await port.close()

    await until(() => server.clients === 0, 'the connection is closed')
    expect(events).toEqual([])
    expect(clock.pending).toBe(0)
  },
)

test('switch port - closed, it leaves no timer and tells nothing more', async () => {
  port.start()
  await connected()

  await port.close()
  await until(() => server.clients === 0, 'the connection is closed')

  expect(clock.pending).toBe(0)
  expect(count('switch.lost')).toBe(0)
})

test('switch port - a phone that answers, one that is busy, and one the switch cannot dial', async () => {
  port.start()
  await connected()
  const results = ['+OK 1234\n', '-ERR USER_BUSY\n', '-ERR NO_ANSWER\n', '-ERR \n']
  const outcomes = []
  for (const result of results) {
    const outcome = port.dial(request('8001'))
    const job = await nextJob()
    server.say(jobResult(job, result))
    outcomes.push(await outcome)
  }

  expect(outcomes).toEqual([
    { kind: 'answered' },
    { kind: 'failed', cause: 'USER_BUSY' },
    { kind: 'failed', cause: 'NO_ANSWER' },
    { kind: 'failed', cause: 'UNKNOWN' },
  ])
})

test('switch port - the switch is asked to change nothing but on the condition that it still obeys us', async () => {
  port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  // What becomes of them is another matter: the switch of this test does none of it.
  const left = () => {}
  for (const command of [
    port.adopt(one),
    port.answer(one),
    port.startRecording(one, '/spool/one.wav'),
    port.stopPlaying(one),
    port.dial(request('8001')),
    port.bridge(one, other),
    port.park(one),
    port.part(one, other),
    port.conference(one, 'room'),
    port.hangUp(one, 'NORMAL_CLEARING'),
  ]) {
    command.then(left, left)
  }
  const asked = () => server.commands.map((command) => /^(?:bg)?api (\w+)/.exec(command)?.[1])

  await until(() => new Set(asked()).size >= 13, 'all was asked for')

  expect(asked()).toEqual(
    expect.arrayContaining(['sched_del', 'uuid_park', 'uuid_answer', 'uuid_setvar', 'uuid_break', 'originate']),
  )
  const harmless = /^(auth|event json|filter|api (hostname|show|global_getvar|global_setvar))( |$)/
  expect(server.unfenced.filter((command) => !harmless.test(command))).toEqual([])
})

test('switch port - the answer of a phone is told when the dialling is over, with the time it came', async () => {
  port.start()
  await connected()
  const dialled = request('8001')
  const outcome = port.dial(dialled)
  const job = await nextJob()
  const answeredAt = clock.now()
  server.say(eventFrame({ 'Event-Name': 'CHANNEL_ANSWER', 'Unique-ID': dialled.legId }))
  server.say(eventFrame({ 'Event-Name': 'DTMF', 'Unique-ID': dialled.legId, 'DTMF-Digit': '1' }))
  await until(() => count('leg.digit') === 1, 'what came after the answer')
  expect(count('leg.answered')).toBe(0)

  clock.advance(20)
  server.say(jobResult(job, '+OK 1234\n'))

  expect(await outcome).toEqual({ kind: 'answered' })
  expect(events.filter(({ type }) => type === 'leg.answered')).toMatchObject([{ legId: dialled.legId, at: answeredAt }])
})

const bridges = () => server.commands.filter((command) => command.startsWith('api uuid_bridge')).length
const bridgeOf = (legId: string, otherLegId: string) =>
  eventFrame({ 'Event-Name': 'CHANNEL_BRIDGE', 'Unique-ID': legId, 'Other-Leg-Unique-ID': otherLegId })

test('switch port - two legs that were not joined are asked again, and are joined when the switch says so', async () => {
  port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  let done = false
  const joined = port.bridge(one, other).then(() => {
    done = true
  })
  await inTime(() => bridges() === 2, 'asked again')
  expect(done).toBe(false)

  server.say(bridgeOf(one, other))

  await joined
  expect(bridges()).toBe(2)
})

test('switch port - two legs that are never joined are refused after three attempts', async () => {
  port.start()
  await connected()
  const refused = expect(port.bridge(newId(), newId())).rejects.toThrow(/not joined/)

  await inTime(() => bridges() === 3, 'three attempts')
  for (let step = 0; step < 12; step += 1) clock.advance(100)

  await refused
  expect(bridges()).toBe(3)
})

test('switch port - a bridge is left alone for 200 ms', async () => {
  port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  server.say(bridgeOf(one, other))
  await until(() => count('leg.bridged') === 1, 'bridged')
  const parks = () => server.commands.filter((command) => command.startsWith('api uuid_park')).length

  const parked = port.park(one)
  clock.advance(150)
  await port.stopPlaying(newId())
  expect(parks()).toBe(0)
  clock.advance(50)

  await until(() => parks() === 1, 'taken out')
  server.say(eventFrame({ 'Event-Name': 'CHANNEL_PARK', 'Unique-ID': one, 'Call-Direction': 'outbound' }))
  await parked
})

test('switch port - a leg is parked when the switch says so, and left alone for 200 ms before it is joined again', async () => {
  port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  const parked = port.park(one)
  await until(() => server.commands.some((command) => command.startsWith('api uuid_park')), 'asked')
  server.say(eventFrame({ 'Event-Name': 'CHANNEL_PARK', 'Unique-ID': one, 'Call-Direction': 'outbound' }))
  await parked

  const joined = port.bridge(one, other)
  clock.advance(150)
  await port.stopPlaying(newId())
  expect(bridges()).toBe(0)
  clock.advance(50)

  await until(() => bridges() === 1, 'joined')
  server.say(bridgeOf(one, other))
  await joined
})

test('switch port - of two legs that talk one is asked to park, and the end of their bridge parks the other', async () => {
  port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  const parks = () => server.commands.filter((command) => command.startsWith('api uuid_park'))
  const parkOf = (leg: string) =>
    eventFrame({ 'Event-Name': 'CHANNEL_PARK', 'Unique-ID': leg, 'Call-Direction': 'outbound' })

  const apart = port.part(one, other)
  await until(() => parks().length === 1, 'one is asked')
  server.say(parkOf(other) + parkOf(one))
  await apart

  expect(parks()).toEqual([`api uuid_park ${one}`])
})

test('switch port - a leg that the end of no bridge parks is asked to park too', async () => {
  port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  const parks = () => server.commands.filter((command) => command.startsWith('api uuid_park'))
  let done = false

  const apart = port.part(one, other).then(() => {
    done = true
  })
  await inTime(() => done, 'both are apart')

  await apart
  expect(parks()).toEqual([`api uuid_park ${one}`, `api uuid_park ${other}`])
})

test('switch port - a leg that the switch does not tell of counts as parked after half a second', async () => {
  port.start()
  await connected()
  let done = false
  const parked = port.park(newId()).then(() => {
    done = true
  })

  await inTime(() => done, 'parked')

  await parked
  expect(server.commands.filter((command) => command.startsWith('api uuid_park'))).toHaveLength(1)
})

test('switch port - text that could become a command is refused before anything is sent', async () => {
  port.start()
  await connected()
  const before = server.commands.length
  const hostile = 'x\n\napi shutdown'

  for (const command of [
    port.answer(hostile),
    port.adopt(hostile),
    port.hangUp(newId(), hostile),
    port.bridge(newId(), hostile),
    port.stopPlaying(hostile),
    port.dial(request(hostile)),
    port.play(hostile, ['/a.wav']).accepted,
    port.play(newId(), ['/a.wav\n\napi shutdown']).accepted,
  ]) {
    await expect(command).rejects.toThrow(UnsafeSwitchText)
  }

  expect(server.commands.slice(before)).toEqual([])
})

test('switch port - a command about a leg that is gone is no error where that is what was wanted', async () => {
  port.start()
  await connected()
  server.script = (command) =>
    /uuid_(kill|break)|sched_del/.test(command) ? apiResponse('-ERR No such channel!\n') : undefined

  await port.hangUp(newId(), 'NORMAL_CLEARING')
  await port.stopPlaying(newId())
  await port.take(newId())

  expect(server.commands.filter((command) => /uuid_(kill|break)|sched_del/.test(command))).toHaveLength(3)
})

test('switch port - the end of a playback carries the id it was asked for with', async () => {
  port.start()
  await connected()
  const legId = newId()
  const { playbackId, accepted } = port.play(legId, ['/a.wav', '/b.wav'])
  await accepted
  const asked = server.commands.find((command) => command.startsWith(`sendmsg ${legId}`)) ?? ''
  const id = /Event-UUID: (.*)/.exec(asked)?.[1]

  server.say(
    eventFrame({
      'Event-Name': 'CHANNEL_EXECUTE_COMPLETE',
      'Unique-ID': legId,
      Application: 'playback',
      'Application-UUID': id,
    }),
  )
  await until(() => count('leg.played') === 1, 'played')

  expect(events.at(-1)).toMatchObject({ type: 'leg.played', legId, playbackId })
  expect(asked).toContain('execute-app-arg: file_string:///a.wav!/b.wav')
})

test('switch port - a fault in handling one event costs neither the connection nor the next event', async () => {
  port.onEvent(({ type }) => {
    if (type === 'leg.digit') throw new Error('a fault of one call')
  })
  port.start()
  await connected()
  const digit = (digit: string) => eventFrame({ 'Event-Name': 'DTMF', 'Unique-ID': newId(), 'DTMF-Digit': digit })

  server.say(digit('1') + digit('2'))
  await until(() => count('leg.digit') === 2, 'both digits')

  expect(port.connected).toBe(true)
})

test('switch port - a reply out of step loses the switch rather than believing it', async () => {
  port.start()
  await connected()
  server.script = (command) => (command.startsWith('api uuid_park') ? reply('+OK') : undefined)

  await expect(port.park(newId())).rejects.toThrow(SwitchUnavailable)

  expect(count('switch.lost')).toBe(1)
})

let jobsSeen = 0
beforeEach(() => {
  jobsSeen = 0
})
async function nextJob(): Promise<string> {
  const jobs = () => server.commands.flatMap((command) => /^bgapi.*\nJob-UUID: (.*)/s.exec(command)?.[1] ?? [])
  await until(() => jobs().length > jobsSeen, 'a job')
  jobsSeen += 1
  return jobs().at(-1) ?? ''
}
