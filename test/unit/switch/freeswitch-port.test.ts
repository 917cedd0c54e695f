import { expect, test } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { SwitchUnavailable, UnsafeSwitchText } from '../../../src/switch/index.ts'
import { apiResponse, eventFrame, reply } from '../../support/scripted-esl-server.ts'
import { until } from '../../support/until.ts'
import { request, scriptedPort } from './scripted-port.ts'

const own = scriptedPort()
const { connected, count, inTime } = own

const oneChannel = JSON.stringify({
  row_count: 1,
  rows: [{ uuid: newId(), direction: 'inbound', callstate: 'ACTIVE' }],
})
const isListing = (command: string) => command.startsWith('api show channels')
test('switch port - subscribes before it lists the channels, so that none can appear unseen', async () => {
  own.port.start()
  await connected()

  const order = own.server.commands.map((command) => command.split(' ').slice(0, 2).join(' '))
  expect(order.lastIndexOf('event json')).toBeLessThan(order.indexOf('api show'))
  expect(own.events).toMatchObject([{ type: 'switch.connected', channels: [] }])
})

test('switch port - a switch that is away is tried again, and announced when it is there', async () => {
  await own.server.close()
  own.port.start()
  const start = own.clock.now()
  await inTime(() => own.clock.now() - start > 5000, 'five seconds without a switch')
  expect(own.port.connected).toBe(false)
  await own.server.listen()
  const back = own.clock.now()

  await inTime(() => own.port.connected, 'connected')

  expect(own.clock.now() - back).toBeLessThanOrEqual(1500)
  expect(own.events.map(({ type }) => type)).toEqual(['switch.connected'])
})

test('switch port - a connection that breaks is told once, commands fail meanwhile, and it is built anew', async () => {
  own.port.start()
  await connected()

  own.server.drop()
  await until(() => count('switch.lost') === 1, 'lost')
  await expect(own.port.answer(newId())).rejects.toThrow(SwitchUnavailable)
  await expect(own.port.dial(request('8001'))).rejects.toThrow(SwitchUnavailable)
  await expect(own.port.play(newId(), ['/a.wav']).accepted).rejects.toThrow(SwitchUnavailable)
  own.clock.advance(1000)
  await connected()

  expect(own.events.map(({ type }) => type)).toEqual(['switch.connected', 'switch.lost', 'switch.connected'])
  expect(own.server.clients).toBe(1)
})

test.each([
  ['is refused', apiResponse('-ERR out of memory\n')],
  ['is no JSON', apiResponse('{"rows":[')],
  ['is null', apiResponse('null')],
])('switch port - a list of channels that %s leaves no half-open connection behind', async (_what, answer) => {
  own.server.script = (command) => (isListing(command) ? answer : undefined)
  own.port.start()
  await inTime(() => own.server.commands.filter(isListing).length === 3, 'three attempts')

  own.server.script = () => undefined
  await inTime(() => own.port.connected, 'connected')
  own.server.say(eventFrame({ 'Event-Name': 'DTMF', 'Unique-ID': newId(), 'DTMF-Digit': '1' }))
  await until(() => count('leg.digit') > 0, 'the digit')

  expect(count('switch.connected')).toBe(1)
  expect(count('leg.digit')).toBe(1)
  expect(own.server.clients).toBe(1)
})

test('switch port - the list of channels is looked at again and again, also after looks that failed', async () => {
  own.port.start()
  await connected()
  const answers = [apiResponse('-ERR try later\n'), apiResponse('garbage'), apiResponse(oneChannel)]
  own.server.script = (command) => (isListing(command) ? answers.shift() : undefined)

  await inTime(() => count('switch.listed') > 0, 'a look is announced')

  expect(answers).toEqual([])
  expect(own.events.at(-1)).toMatchObject({ type: 'switch.listed', channels: [{ answered: true }] })
  expect(own.events.map(({ type }) => type)).toEqual(['switch.connected', 'switch.listed'])
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
  own.events.flatMap((event) => (event.type === 'switch.listed' ? [event.channels.map(({ legId }) => legId)] : []))

test('switch port - a caller who arrived a moment ago is in the list, although FreeSWITCH has not written it yet', async () => {
  own.port.start()
  await connected()
  const legId = newId()
  await inTime(() => lists().length === 1, 'the first look')
  own.server.script = (command) => (isListing(command) ? park(legId) + apiResponse('{"row_count":0}') : undefined)

  await inTime(() => lists().length === 2, 'the second look')
  own.server.script = () => undefined
  await inTime(() => lists().length === 3, 'the third look')

  expect(lists()).toEqual([[], [legId], []])
  const [, second] = own.events.filter((event) => event.type === 'switch.listed')
  expect(second).toMatchObject({
    channels: [{ direction: 'inbound', calledNumber: '12345', callerNumber: '13800000000' }],
  })
})

test('switch port - a phone that was just answered is in the list too', async () => {
  own.port.start()
  await connected()
  const legId = newId()
  const answer = eventFrame({ 'Event-Name': 'CHANNEL_ANSWER', 'Unique-ID': legId, 'Call-Direction': 'outbound' })
  own.server.script = (command) => (isListing(command) ? answer + apiResponse('{"row_count":0}') : undefined)

  await inTime(() => lists().length === 1, 'a look')

  expect(lists()).toEqual([[legId]])
  expect(own.events.at(-1)).toMatchObject({ channels: [{ direction: 'outbound' }] })
})

test('switch port - a caller who has just gone is not in the list, although FreeSWITCH still has it', async () => {
  own.port.start()
  await connected()
  const legId = newId()
  const rows = [{ uuid: legId, direction: 'inbound', callstate: 'ACTIVE' }]
  const list = apiResponse(JSON.stringify({ row_count: 1, rows }))
  const gone = eventFrame({
    'Event-Name': 'CHANNEL_HANGUP_COMPLETE',
    'Unique-ID': legId,
    'Hangup-Cause': 'NORMAL_CLEARING',
  })
  own.server.script = (command) => (isListing(command) ? park(legId) + gone + list : undefined)

  await inTime(() => lists().length === 1, 'a look')
  own.server.script = (command) => (isListing(command) ? list : undefined)
  await inTime(() => lists().length === 2, 'a later look')

  // Still there so much later, it is no delay of the list: the event was about something else.
  expect(lists()).toEqual([[], [legId]])
})

test.each(['auth', 'api show'])(
  'switch port - closed while it waits for the answer to %s, it stays closed',
  async (stage) => {
    own.server.script = (command) => (command.startsWith(stage) ? '' : undefined)
    own.port.start()
    await own.server.heard(stage)

    await own.port.close()

    await until(() => own.server.clients === 0, 'the connection is closed')
    expect(own.events).toEqual([])
    expect(own.clock.pending).toBe(0)
  },
)

test('switch port - closed, it leaves no timer and tells nothing more', async () => {
  own.port.start()
  await connected()

  await own.port.close()
  await until(() => own.server.clients === 0, 'the connection is closed')

  expect(own.clock.pending).toBe(0)
  expect(count('switch.lost')).toBe(0)
})

test('switch port - the switch is asked to change nothing but on the condition that it still obeys us', async () => {
  own.port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  // What becomes of them is another matter: the switch of this test does none of it.
  const left = () => {}
  for (const command of [
    own.port.adopt(one),
    own.port.answer(one),
    own.port.startRecording(one, '/spool/one.wav'),
    own.port.stopPlaying(one),
    own.port.dial(request('8001')),
    own.port.bridge(one, other),
    own.port.park(one),
    own.port.part(one, other),
    own.port.conference(one, 'room'),
    own.port.hangUp(one, 'NORMAL_CLEARING'),
  ]) {
    command.then(left, left)
  }
  const asked = () => own.server.commands.map((command) => /^(?:bg)?api (\w+)/.exec(command)?.[1])

  await until(() => new Set(asked()).size >= 13, 'all was asked for')

  expect(asked()).toEqual(
    expect.arrayContaining(['sched_del', 'uuid_park', 'uuid_answer', 'uuid_setvar_multi', 'uuid_break', 'originate']),
  )
  const harmless = /^(auth|event json|filter|api (hostname|show|global_getvar|global_setvar))( |$)/
  expect(own.server.unfenced.filter((command) => !harmless.test(command))).toEqual([])
})

test('switch port - text that could become a command is refused before anything is sent', async () => {
  own.port.start()
  await connected()
  const before = own.server.commands.length
  const hostile = 'x\n\napi shutdown'

  for (const command of [
    own.port.answer(hostile),
    own.port.adopt(hostile),
    own.port.hangUp(newId(), hostile),
    own.port.bridge(newId(), hostile),
    own.port.stopPlaying(hostile),
    own.port.dial(request(hostile)),
    own.port.play(hostile, ['/a.wav']).accepted,
    own.port.play(newId(), ['/a.wav\n\napi shutdown']).accepted,
  ]) {
    await expect(command).rejects.toThrow(UnsafeSwitchText)
  }

  expect(own.server.commands.slice(before)).toEqual([])
})

test('switch port - a command about a leg that is gone is no error where that is what was wanted', async () => {
  own.port.start()
  await connected()
  own.server.script = (command) =>
    /uuid_(kill|break)|sched_del/.test(command) ? apiResponse('-ERR No such channel!\n') : undefined

  await own.port.hangUp(newId(), 'NORMAL_CLEARING')
  await own.port.stopPlaying(newId())
  await own.port.take(newId())

  expect(own.server.commands.filter((command) => /uuid_(kill|break)|sched_del/.test(command))).toHaveLength(3)
})

test('switch port - the end of a playback carries the id it was asked for with', async () => {
  own.port.start()
  await connected()
  const legId = newId()
  const { playbackId, accepted } = own.port.play(legId, ['/a.wav', '/b.wav'])
  await accepted
  const asked = own.server.commands.find((command) => command.startsWith(`sendmsg ${legId}`)) ?? ''
  const id = /Event-UUID: (.*)/.exec(asked)?.[1]

  own.server.say(
    eventFrame({
      'Event-Name': 'CHANNEL_EXECUTE_COMPLETE',
      'Unique-ID': legId,
      Application: 'playback',
      'Application-UUID': id,
    }),
  )
  await until(() => count('leg.played') === 1, 'played')

  expect(own.events.at(-1)).toMatchObject({ type: 'leg.played', legId, playbackId })
  expect(asked).toContain('execute-app-arg: file_string:///a.wav!/b.wav')
})

test('switch port - a fault in handling one event costs neither the connection nor the next event', async () => {
  own.port.onEvent(({ type }) => {
    if (type === 'leg.digit') throw new Error('a fault of one call')
  })
  own.port.start()
  await connected()
  const digit = (digit: string) => eventFrame({ 'Event-Name': 'DTMF', 'Unique-ID': newId(), 'DTMF-Digit': digit })

  own.server.say(digit('1') + digit('2'))
  await until(() => count('leg.digit') === 2, 'both digits')

  expect(own.port.connected).toBe(true)
})

test('switch port - a reply out of step loses the switch rather than believing it', async () => {
  own.port.start()
  await connected()
  own.server.script = (command) => (command.startsWith('api uuid_park') ? reply('+OK') : undefined)

  await expect(own.port.park(newId())).rejects.toThrow(SwitchUnavailable)

  expect(count('switch.lost')).toBe(1)
})
