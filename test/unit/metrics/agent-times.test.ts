import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HotlineEvent } from '../../../src/events/index.ts'
import { AgentFiguresStore } from '../../../src/metrics/index.ts'
import { project } from '../../support/open-log.ts'
import { ownLog } from '../../support/own-log.ts'

type Times = Awaited<ReturnType<AgentFiguresStore['agents']>>[number]['timesMs']
type State = 'offline' | 'notReady' | 'ready' | 'ringing' | 'talking' | 'wrapUp' | 'monitoring'

const begin = Date.parse('2024-11-20T09:00:00+08:00')
const minute = 60_000
const at = (minutes: number) => begin + minutes * minute
const call = '0724a61c-3750-4219-9704-000000000001'

const own = ownLog()

function change(agentId: string, to: State, time: number, reason: string | null = null, callId: string | null = null) {
  const status = to === 'offline' ? 'offline' : 'available'
  own.log.append(
    'agent.state-changed',
    { agentId, from: 'ready', to, status, reason, extension: agentId, callId },
    time,
  )
}
async function timesOf(from: number, to: number): Promise<Map<string, Times>> {
  await project(own.log, own.db)
  const figures = await new AgentFiguresStore({ db: own.db }).agents({ from: new Date(from), to: new Date(to) })
  return new Map(figures.map(({ agentId, timesMs }) => [agentId, timesMs]))
}

test('a morning of one agent, who logged in before the span and is at work after it', async () => {
  change('8001', 'notReady', at(-20), 'logged-in')
  change('8001', 'ready', at(5))
  change('8001', 'ringing', at(10), null, call)
  change('8001', 'talking', at(11), null, call)
  own.log.append('call.held', { callId: call, agentId: '8001' }, at(12))
  own.log.append('call.retrieved', { callId: call, agentId: '8001' }, at(14))
  change('8001', 'wrapUp', at(20))
  change('8001', 'notReady', at(22), 'lunch')
  change('8001', 'ready', at(50))
  change('8001', 'offline', at(90))

  const times = (await timesOf(at(0), at(60))).get('8001')

  expect(times).toEqual({
    loggedIn: 60 * minute,
    ready: 15 * minute,
    ringing: minute,
    talking: 7 * minute,
    held: 2 * minute,
    wrapUp: 2 * minute,
    monitoring: 0,
    notReady: { 'logged-in': 5 * minute, lunch: 28 * minute },
  })
})

test('a caller who hangs up on hold, and one who is taken into a consultation, are on hold no longer', async () => {
  const other = '0724a61c-3750-4219-9704-000000000002'
  const third = { legId: 'leg', target: '12366', kind: 'branch' as const }
  change('8001', 'talking', at(0), null, call)
  own.log.append('call.held', { callId: call, agentId: '8001' }, at(1))
  change('8001', 'talking', at(3), null, other)
  own.log.append('call.held', { callId: other, agentId: '8001' }, at(4))
  own.log.append('call.consultation-started', { ...third, callId: other, agentId: '8001', purpose: 'consult' }, at(6))
  change('8001', 'offline', at(10))

  const times = (await timesOf(at(0), at(60))).get('8001')

  expect(times).toMatchObject({ loggedIn: 10 * minute, held: 4 * minute, talking: 6 * minute })
})

test('who was never logged in, and had no call, is in no report', async () => {
  change('8001', 'offline', at(1))

  expect((await timesOf(at(0), at(60))).size).toBe(0)
})

/** The same out of the facts one by one, second by second. */
function playedTimes(facts: readonly HotlineEvent[], from: number, to: number): Map<string, Times> {
  const told = new Map<string, Record<string, number>>()
  const now = new Map<string, { state: State; reason: string; hold: boolean }>()
  let next = 0
  for (let time = at(-60); time < to; time += 1000) {
    for (let fact = facts[next]; fact !== undefined && fact.time <= time; fact = facts[next]) {
      take(fact, now)
      next += 1
    }
    if (time < from) continue
    for (const [agentId, { state, reason, hold }] of now) {
      const spent = told.get(agentId) ?? {}
      const key = state === 'notReady' ? `notReady ${reason}` : state === 'talking' && hold ? 'held' : state
      told.set(agentId, { ...spent, [key]: (spent[key] ?? 0) + 1000 })
    }
  }
  return new Map([...told].flatMap(([agentId, spent]) => asTimes(agentId, spent)))
}

function take(fact: HotlineEvent, now: Map<string, { state: State; reason: string; hold: boolean }>): void {
  if (fact.type === 'agent.state-changed')
    now.set(fact.data.agentId, { state: fact.data.to, reason: fact.data.reason ?? '', hold: false })
  if (fact.type !== 'call.held' && fact.type !== 'call.retrieved') return
  const agent = now.get(fact.data.agentId)
  if (agent) agent.hold = fact.type === 'call.held'
}

function asTimes(agentId: string, spent: Readonly<Record<string, number>>): [string, Times][] {
  const { offline = 0, ready = 0, ringing = 0, talking = 0, held = 0, wrapUp = 0, monitoring = 0 } = spent
  const loggedIn = Object.values(spent).reduce((sum, ms) => sum + ms, 0) - offline
  const reasons = Object.entries(spent).filter(([key]) => key.startsWith('notReady '))
  const notReady = Object.fromEntries(reasons.map(([key, ms]) => [key.slice('notReady '.length), ms]))
  if (loggedIn === 0) return []
  return [[agentId, { loggedIn, ready, ringing, talking, held, wrapUp, monitoring, notReady }]]
}

test('by SQL over the log, and fact by fact in memory, they are equal, and the parts make up the whole', async () => {
  const state = fc.constantFrom<State>('offline', 'notReady', 'ready', 'ringing', 'talking', 'wrapUp', 'monitoring')
  const step = fc.record({
    agentId: fc.constantFrom('8001', '8002', '8003'),
    state,
    reason: fc.constantFrom('lunch', 'rest'),
    seconds: fc.integer({ min: 1, max: 120 }),
    hold: fc.boolean(),
    retrieve: fc.boolean(),
  })
  let time = at(-30)
  for (const [index, each] of fc.sample(step, 300).entries()) {
    const { agentId } = each
    const callId = `0724a61c-3750-4219-9704-${String(index).padStart(12, '0')}`
    change(agentId, each.state, time, each.state === 'notReady' ? each.reason : null, callId)
    if (each.state === 'talking' && each.hold) own.log.append('call.held', { callId, agentId }, time + 1000)
    if (each.state === 'talking' && each.hold && each.retrieve)
      own.log.append('call.retrieved', { callId, agentId }, time + 2000)
    time += each.seconds * 1000 + 3000
  }

  const [from, to] = [at(0), at(120)]
  const bySql = await timesOf(from, to)

  expect(bySql).toEqual(playedTimes(own.facts, from, to))
  for (const { loggedIn, notReady, ...parts } of bySql.values())
    expect([...Object.values(parts), ...Object.values(notReady)].reduce((sum, ms) => sum + ms, 0)).toBe(loggedIn)
})
