import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../../src/kernel/index.ts'
import { Centre, variants } from '../support/centre.ts'
import { percentilesOf } from '../support/sipp-statistics.ts'
import { until } from '../support/until.ts'
import { CallFacts, callsFrom } from './facts.ts'
import { SippRoom } from './sipp-room.ts'

/** 10 calls a second in all, for 6 s. */
const patient = { calls: 45, rate: 7.5 }
const impatient = { calls: 15, rate: 2.5 }
const calls = patient.calls + impatient.calls
const agentIds = Array.from({ length: 8 }, (_, n) => String(3001 + n))
/**
 * Milliseconds: a caller's patience, and how long an agent talks. Those who stay need 67 s of talk, and in the 6 s of
 * their arrival 8 agents have 48: a queue builds up, and some of the others leave it.
 */
const patience = 600
const talk = 1500

const runs: object[] = []
afterAll(() => {
  const folder = join(projectRoot(), 'artefacts')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'sipp-load.json'), `${JSON.stringify(runs, null, 2)}\n`)
})

describe.each(variants())('60 calls at 10 a second on $name', (variant) => {
  let centre: Centre
  let room: SippRoom
  beforeAll(async () => {
    centre = await Centre.start({ variant, env: { LOG_LEVEL: 'info' } })
    room = new SippRoom(centre)
  })
  afterEach(async () => {
    await centre.clear()
    await room.phonesOff()
  })
  afterAll(() => centre.stop())

  test('8 agents: every call is accounted for, in the log, by the phones and in the figures', async () => {
    await room.agents({ agentIds, scenario: 'agent-hangs-up', wrapUpSeconds: 0, receiveWithinMs: talk })
    const scenario = 'caller-waits-for-release'

    const staying = room.call({ scenario, ...patient, receiveWithinMs: 60_000, timeoutMs: 90_000 })
    const leaving = room.call({ scenario, ...impatient, receiveWithinMs: patience, timeoutMs: 90_000 })
    const results = await Promise.all([staying.result, leaving.result])
    await until(() => centre.timeline.of('call.released').length >= calls, 'all calls are released')
    await until(async () => (await agentStates(centre)).every((state) => state === 'ready'), 'all agents are ready')
    const phones = await room.phonesOff()

    const answered = centre.timeline.of('call.answered').map(({ data }) => data)
    const abandoned = centre.timeline.of('call.abandoned').map(({ data }) => data)
    const answerWaitMs = percentilesOf(answered.map(({ waitedMs }) => waitedMs))
    const failed = results.reduce((sum, result) => sum + result.failed, 0)
    const counts = { offered: calls, answered: answered.length, abandoned: abandoned.length }
    const sipAnswerMs = results.map(({ responseTimes }) => responseTimes['answer'])
    runs.push({ on: variant.name, ...counts, failed, answerWaitMs, sipAnswerMs })

    // As SIPp saw it: each call went as its scenario says, at the callers and at the agents. A phone that is cancelled in
    // the moment between its 180 and its 200 is the exception: SIPp gives such a call up as failed.
    const trouble = [...results, ...phones].map(({ output }) => output).join('\n')
    const withdrawn = centre.timeline.of('agent.offer-failed').filter(({ data }) => data.outcome === 'withdrawn').length
    const phonesFailed = phones.reduce((sum, result) => sum + result.failed, 0)
    expect(results, trouble).toMatchObject([
      { failed: 0, successful: patient.calls },
      { failed: 0, successful: impatient.calls },
    ])
    expect(phonesFailed, trouble).toBeLessThanOrEqual(withdrawn)
    const phonesDone = phones.reduce((sum, { successful }) => sum + successful, 0)
    expect(phonesDone, trouble).toBeGreaterThanOrEqual(answered.length)

    // As the log has it: each call once, with one outcome, and released once.
    const offered = [...callsFrom(centre.timeline, staying.caller), ...callsFrom(centre.timeline, leaving.caller)]
    expect(new Set(offered.map(({ data }) => data.callerNumber)).size).toBe(calls)
    expect(centre.timeline.of('call.offered')).toHaveLength(calls)
    for (const { data } of offered) {
      const facts = await CallFacts.of(centre.timeline, data.callerNumber)
      const queued = facts.all('call.queued').map(({ reason }) => reason)
      expect(
        queued,
        JSON.stringify(centre.timeline.events.filter(({ data }) => 'callId' in data && data.callId === facts.callId)),
      ).toHaveLength(1)
      expect(facts.count('call.released')).toEqual([1])
      expect([...facts.all('call.answered'), ...facts.all('call.abandoned')]).toHaveLength(1)
      if (data.callerNumber.startsWith(staying.caller)) expect(facts.count('call.answered')).toEqual([1])
    }
    expect(abandoned.length).toBeGreaterThan(0)
    const rung = centre.timeline.of('agent.state-changed').filter(({ data }) => data.to === 'ringing')
    expect(rung.filter(({ data }) => data.from !== 'ready')).toEqual([])

    // As the figures say, once the log has been read into them.
    const summary = () => centre.admin.get<Record<string, number>>('/metrics/summary')
    await until(async () => (await summary())['offered'] === calls, `the figures know ${calls} calls`)
    expect(await summary()).toMatchObject(counts)
  })
})

async function agentStates(centre: Centre): Promise<string[]> {
  return (await centre.admin.get<{ state: string }[]>('/agents')).map(({ state }) => state)
}
