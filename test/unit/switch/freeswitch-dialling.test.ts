import { beforeEach, expect, test } from 'vitest'
import { eventFrame, jobResult } from '../../support/scripted-esl-server.ts'
import { until } from '../../support/until.ts'
import { request, scriptedPort } from './scripted-port.ts'

const own = scriptedPort()
const { connected, count } = own

test('switch port - a phone that answers, one that is busy, and one the switch cannot dial', async () => {
  own.port.start()
  await connected()
  const results = ['+OK 1234\n', '-ERR USER_BUSY\n', '-ERR NO_ANSWER\n', '-ERR \n']
  const outcomes = []
  for (const result of results) {
    const outcome = own.port.dial(request('8001'))
    const job = await nextJob()
    own.server.say(jobResult(job, result))
    outcomes.push(await outcome)
  }

  expect(outcomes).toEqual([
    { kind: 'answered' },
    { kind: 'failed', cause: 'USER_BUSY' },
    { kind: 'failed', cause: 'NO_ANSWER' },
    { kind: 'failed', cause: 'UNKNOWN' },
  ])
})

test('switch port - the answer of a phone is told when the dialling is over, with the time it came', async () => {
  own.port.start()
  await connected()
  const dialled = request('8001')
  const outcome = own.port.dial(dialled)
  const job = await nextJob()
  const answeredAt = own.clock.now()
  own.server.say(eventFrame({ 'Event-Name': 'CHANNEL_ANSWER', 'Unique-ID': dialled.legId }))
  own.server.say(eventFrame({ 'Event-Name': 'DTMF', 'Unique-ID': dialled.legId, 'DTMF-Digit': '1' }))
  await until(() => count('leg.digit') === 1, 'what came after the answer')
  expect(count('leg.answered')).toBe(0)

  own.clock.advance(20)
  own.server.say(jobResult(job, '+OK 1234\n'))

  expect(await outcome).toEqual({ kind: 'answered' })
  expect(own.events.filter(({ type }) => type === 'leg.answered')).toMatchObject([
    { legId: dialled.legId, at: answeredAt },
  ])
})

test('switch port - the switch is woken from the dialling of a phone until something is heard of it', async () => {
  own.port.start()
  await connected()
  const dialled = request('8001')
  const outcome = own.port.dial(dialled)
  const job = await nextJob()
  await until(() => own.server.wakes > 2, 'the switch is woken')

  const progress = { 'Event-Name': 'CHANNEL_PROGRESS', 'Call-Direction': 'outbound' }
  own.server.say(eventFrame({ ...progress, 'Unique-ID': dialled.legId }))
  await until(() => count('leg.ringing') === 1, 'the phone rings')
  await own.port.stopPlaying(dialled.legId)
  const { wakes } = own.server
  await new Promise((resolve) => setTimeout(resolve, 50))

  expect(own.server.wakes).toBe(wakes)
  own.server.say(jobResult(job, '-ERR NO_ANSWER\n'))
  await outcome
})

let jobsSeen = 0
beforeEach(() => {
  jobsSeen = 0
})
async function nextJob(): Promise<string> {
  const jobs = () => own.server.commands.flatMap((command) => /^bgapi.*\nJob-UUID: (.*)/s.exec(command)?.[1] ?? [])
  await until(() => jobs().length > jobsSeen, 'a job')
  jobsSeen += 1
  return jobs().at(-1) ?? ''
}
