import { expect, test } from 'vitest'
import type { LegId } from '../../../src/switch/index.ts'
import { eventFrame, jobResult } from '../../support/scripted-esl-server.ts'
import { until } from '../../support/until.ts'
import { request, scriptedPort } from './scripted-port.ts'

const own = scriptedPort()
const { connected, count } = own

/** The legs the switch was asked to originate so far, and their jobs. */
const dialled = () =>
  own.server.commands.flatMap((command) => {
    const [, legId, jobId] = /^bgapi.*origination_uuid=([0-9a-f-]+).*\nJob-UUID: (.*)/s.exec(command) ?? []
    return legId === undefined ? [] : [{ legId, jobId: jobId ?? '' }]
  })

/** A phone that is dialled and answers. */
async function answered(extension: string): Promise<LegId> {
  const phone = request(extension)
  const outcome = own.port.dial(phone)
  const job = () => dialled().find(({ legId }) => legId === phone.legId)?.jobId
  await until(() => job() !== undefined, 'the phone is dialled')
  own.server.say(jobResult(job() ?? '', '+OK\n'))
  expect(await outcome).toEqual({ kind: 'answered' })
  return phone.legId
}

/** What the port is asked for and the test waits for in another way; the port is closed at the end. */
const begin = (asked: Promise<unknown>) => {
  asked.catch(() => {})
}

const hangUp = { 'Event-Name': 'CHANNEL_HANGUP', 'Call-Direction': 'outbound', 'Hangup-Cause': 'NORMAL_CLEARING' }
const complete = { ...hangUp, 'Event-Name': 'CHANNEL_HANGUP_COMPLETE' }
const byPhone = { variable_sip_term_status: '200', variable_sip_hangup_disposition: 'recv_bye' }
const isDialled = (legId: LegId) => dialled().some((each) => each.legId === legId)

test('a phone that hangs up is over at the first sign, and once', async () => {
  own.port.start()
  await connected()
  const legId = await answered('8001')

  own.server.say(eventFrame({ ...hangUp, ...byPhone, 'Unique-ID': legId }))
  await until(() => count('leg.ended') === 1, 'the end is told')
  own.server.say(eventFrame({ ...complete, ...byPhone, 'Unique-ID': legId }))
  own.server.say(eventFrame({ 'Event-Name': 'CHANNEL_BRIDGE', 'Unique-ID': 'another' }))
  await until(() => count('leg.bridged') === 1, 'what came behind it')

  const ends = own.events.filter(({ type }) => type === 'leg.ended')
  expect(ends).toMatchObject([{ legId, cause: 'NORMAL_CLEARING', sipStatus: 200, bySwitch: false }])
})

test('a phone that hung up is dialled at once', async () => {
  own.port.start()
  await connected()
  const legId = await answered('8001')
  own.server.say(eventFrame({ ...hangUp, ...byPhone, 'Unique-ID': legId }))
  await until(() => count('leg.ended') === 1, 'the end is told')

  const next = request('8001')
  begin(own.port.dial(next))

  await until(() => isDialled(next.legId), 'it is dialled')
})

test('a phone we hang up on is dialled when that leg is over, other phones at once', async () => {
  own.port.start()
  await connected()
  const legId = await answered('8001')
  begin(own.port.hangUp(legId, 'NORMAL_CLEARING'))

  const [next, another] = [request('8001'), request('8002')]
  begin(own.port.dial(next))
  begin(own.port.dial(another))
  await until(() => isDialled(another.legId), 'the other phone is dialled')
  expect(isDialled(next.legId)).toBe(false)
  own.server.say(eventFrame({ ...complete, 'Unique-ID': legId }))

  await until(() => isDialled(next.legId), 'it is dialled')
})

test('a leg whose end is not told keeps its phone for a second', async () => {
  own.port.start()
  await connected()
  await own.port.hangUp(await answered('8001'), 'NORMAL_CLEARING')
  const next = request('8001')
  begin(own.port.dial(next))

  own.clock.advance(999)
  expect(isDialled(next.legId)).toBe(false)
  own.clock.advance(1)

  await until(() => isDialled(next.legId), 'it is dialled')
})

test('a call given up while it waits for the phone is not dialled', async () => {
  own.port.start()
  await connected()
  const legId = await answered('8001')
  await own.port.hangUp(legId, 'NORMAL_CLEARING')
  const next = request('8001')
  const outcome = own.port.dial(next)
  await own.port.hangUp(next.legId, 'ORIGINATOR_CANCEL')

  expect(await outcome).toEqual({ kind: 'failed', cause: 'ORIGINATOR_CANCEL' })
  own.server.say(eventFrame({ ...complete, 'Unique-ID': legId }))
  const later = request('8001')
  begin(own.port.dial(later))
  await until(() => isDialled(later.legId), 'the phone is free')

  expect(isDialled(next.legId)).toBe(false)
})

test('a phone that rang and is given up is dialled when its leg is over, not when the dialling is', async () => {
  own.port.start()
  await connected()
  const first = request('8001')
  const outcome = own.port.dial(first)
  await until(() => isDialled(first.legId), 'the phone is dialled')
  begin(own.port.hangUp(first.legId, 'ORIGINATOR_CANCEL'))
  own.server.say(jobResult(dialled()[0]?.jobId ?? '', '-ERR ORIGINATOR_CANCEL\n'))
  expect(await outcome).toEqual({ kind: 'failed', cause: 'ORIGINATOR_CANCEL' })

  const next = request('8001')
  begin(own.port.dial(next))
  const another = request('8002')
  begin(own.port.dial(another))
  await until(() => isDialled(another.legId), 'another phone is dialled')
  expect(isDialled(next.legId)).toBe(false)
  own.server.say(eventFrame({ ...complete, 'Unique-ID': first.legId }))

  await until(() => isDialled(next.legId), 'it is dialled')
})

test('a connection that breaks frees every phone', async () => {
  own.port.start()
  await connected()
  await own.port.hangUp(await answered('8001'), 'NORMAL_CLEARING')
  const next = request('8001')
  const outcome = own.port.dial(next).catch((error: unknown) => error)

  own.server.drop()

  expect(await outcome).toBeInstanceOf(Error)
})
