import { expect, test } from 'vitest'
import { newId } from '../../../src/kernel/index.ts'
import { eventFrame } from '../../support/scripted-esl-server.ts'
import { until } from '../../support/until.ts'
import { scriptedPort } from './scripted-port.ts'

const own = scriptedPort()
const { connected, count, inTime } = own

const bridges = () => own.server.commands.filter((command) => command.startsWith('api uuid_bridge')).length
const bridgeOf = (legId: string, otherLegId: string) =>
  eventFrame({ 'Event-Name': 'CHANNEL_BRIDGE', 'Unique-ID': legId, 'Other-Leg-Unique-ID': otherLegId })

test('switch port - two legs that were not joined are asked again, and are joined when the switch says so', async () => {
  own.port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  let done = false
  const joined = own.port.bridge(one, other).then(() => {
    done = true
  })
  await inTime(() => bridges() === 2, 'asked again')
  expect(done).toBe(false)

  own.server.say(bridgeOf(one, other))

  await joined
  expect(bridges()).toBe(2)
})

test('switch port - two legs that are never joined are refused after three attempts', async () => {
  own.port.start()
  await connected()
  const refused = expect(own.port.bridge(newId(), newId())).rejects.toThrow(/not joined/)

  await inTime(() => bridges() === 3, 'three attempts')
  for (let step = 0; step < 12; step += 1) own.clock.advance(100)

  await refused
  expect(bridges()).toBe(3)
})

test('switch port - a bridge is left alone for 200 ms', async () => {
  own.port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  own.server.say(bridgeOf(one, other))
  await until(() => count('leg.bridged') === 1, 'bridged')
  const parks = () => own.server.commands.filter((command) => command.startsWith('api uuid_park')).length

  const parked = own.port.park(one)
  own.clock.advance(150)
  await own.port.stopPlaying(newId())
  expect(parks()).toBe(0)
  own.clock.advance(50)

  await until(() => parks() === 1, 'taken out')
  own.server.say(eventFrame({ 'Event-Name': 'CHANNEL_PARK', 'Unique-ID': one, 'Call-Direction': 'outbound' }))
  await parked
})

test('switch port - a leg is parked when the switch says so, and left alone for 200 ms before it is joined again', async () => {
  own.port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  const parked = own.port.park(one)
  await until(() => own.server.commands.some((command) => command.startsWith('api uuid_park')), 'asked')
  own.server.say(eventFrame({ 'Event-Name': 'CHANNEL_PARK', 'Unique-ID': one, 'Call-Direction': 'outbound' }))
  await parked

  const joined = own.port.bridge(one, other)
  own.clock.advance(150)
  await own.port.stopPlaying(newId())
  expect(bridges()).toBe(0)
  own.clock.advance(50)

  await until(() => bridges() === 1, 'joined')
  own.server.say(bridgeOf(one, other))
  await joined
})

test('switch port - of two legs that talk one is asked to park, and the end of their bridge parks the other', async () => {
  own.port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  const parks = () => own.server.commands.filter((command) => command.startsWith('api uuid_park'))
  const parkOf = (leg: string) =>
    eventFrame({ 'Event-Name': 'CHANNEL_PARK', 'Unique-ID': leg, 'Call-Direction': 'outbound' })

  const apart = own.port.part(one, other)
  await until(() => parks().length === 1, 'one is asked')
  own.server.say(parkOf(other) + parkOf(one))
  await apart

  expect(parks()).toEqual([`api uuid_park ${one}`])
})

test('switch port - a leg that the end of no bridge parks is asked to park too', async () => {
  own.port.start()
  await connected()
  const [one, other] = [newId(), newId()]
  const parks = () => own.server.commands.filter((command) => command.startsWith('api uuid_park'))
  let done = false

  const apart = own.port.part(one, other).then(() => {
    done = true
  })
  await inTime(() => done, 'both are apart')

  await apart
  expect(parks()).toEqual([`api uuid_park ${one}`, `api uuid_park ${other}`])
})

test('switch port - a leg that the switch does not tell of counts as parked after half a second', async () => {
  own.port.start()
  await connected()
  let done = false
  const parked = own.port.park(newId()).then(() => {
    done = true
  })

  await inTime(() => done, 'parked')

  await parked
  expect(own.server.commands.filter((command) => command.startsWith('api uuid_park'))).toHaveLength(1)
})
