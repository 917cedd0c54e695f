import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import type { EventLog } from '../../../src/events/index.ts'
import { createHttpServer } from '../../../src/http/index.ts'
import { newId } from '../../../src/kernel/index.ts'
import { StaffingStore, staffingRoutes } from '../../../src/staffing/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { openLog, project } from '../../support/open-log.ts'
import { recordAbandonedCall, recordAnsweredCall, recordReleased } from '../../support/recorded-calls.ts'

const begin = Date.parse('2024-11-22T10:00:00+08:00')
const at = (minutes: number) => begin + minutes * 60_000
const span = { from: new Date(at(0)), to: new Date(at(60)) }

const special = new Map<string, 'holiday' | 'workday'>()
const specialDays = (date: string) => special.get(date)

let db: Database
let app: FastifyInstance
beforeAll(async () => {
  db = await newDatabase()
  const log = openLog({ db })
  recordMorning(log)
  recordNextDay(log)
  recordCallBack(log)
  await project(log, db)
  await log.close()
  app = await createHttpServer({
    logger: silent,
    jwtSecret: 'a secret of the test',
    routes: [staffingRoutes({ store: new StaffingStore({ db }), goal: { share: 0.8, within: 15 }, specialDays })],
    rootRoutes: [],
  })
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await db.destroy()
})

/** One agent, half an hour on the next day, a Saturday: four minutes for a call of one queue and two for one of another. */
function recordNextDay(log: EventLog): void {
  const saturday = 24 * 60
  const agentId = '8003'
  const change = (to: 'ready' | 'talking' | 'wrapUp' | 'offline', minutes: number, callId: string | null = null) =>
    log.append(
      'agent.state-changed',
      { agentId, from: 'ready', to, status: 'available', reason: null, extension: agentId, callId },
      at(saturday + minutes),
    )
  const answers = (queue: string, minutes: number, talk: number) => {
    const [answeredAt, releasedAt] = [at(saturday + minutes), at(saturday + minutes + talk)]
    change('talking', minutes, recordAnsweredCall(log, { queue, queuedAt: answeredAt - 1000, answeredAt, releasedAt }))
    // As the hotline tells it: the call is over, and not named any more.
    change('wrapUp', minutes + talk)
    change('ready', minutes + talk + 1)
  }
  change('ready', 0)
  answers('tax', 5, 3)
  answers('general', 15, 1)
  change('offline', 30)
}

/** One agent on the third day: four minutes for a call, and twelve for another citizen, called from the wrap-up. */
function recordCallBack(log: EventLog): void {
  const agentId = '8004'
  const minute = (minutes: number) => at(2 * 24 * 60 + minutes)
  const change = (to: 'ready' | 'ringing' | 'talking' | 'wrapUp' | 'offline', minutes: number, callId: string | null) =>
    log.append(
      'agent.state-changed',
      { agentId, from: 'ready', to, status: 'available', reason: null, extension: agentId, callId },
      minute(minutes),
    )
  change('ready', 0, null)
  const answered = { queuedAt: minute(5) - 1000, answeredAt: minute(5), releasedAt: minute(8) }
  change('talking', 5, recordAnsweredCall(log, { queue: 'tax', ...answered }))
  change('wrapUp', 8, null)
  const callBack = newId()
  const placed = { callId: callBack, agentId, legId: newId(), purpose: 'callback', reference: null }
  log.append(
    'call.placed',
    { ...placed, line: '12345', switch: 'test', callerNumber: '13800000000', queue: 'tax' },
    minute(9),
  )
  change('ringing', 9, callBack)
  change('talking', 10, callBack)
  recordReleased(log, callBack, minute(20))
  change('wrapUp', 20, null)
  change('ready', 21, null)
  change('offline', 30, null)
}

/** Two agents from 9:50 to 10:45, of whom one takes two calls; a third caller gives up. */
function recordMorning(log: EventLog): void {
  const change = (agentId: string, to: 'ready' | 'ringing' | 'talking' | 'wrapUp' | 'offline', minutes: number) =>
    log.append(
      'agent.state-changed',
      { agentId, from: 'ready', to, status: 'available', reason: null, extension: agentId, callId: null },
      at(minutes),
    )
  for (const agentId of ['8001', '8002']) change(agentId, 'ready', -10)
  for (const minutes of [5, 35]) {
    change('8001', 'ringing', minutes)
    change('8001', 'talking', minutes + 0.1)
    change('8001', 'wrapUp', minutes + 2.1)
    change('8001', 'ready', minutes + 3)
    recordAnsweredCall(log, {
      queue: 'tax',
      queuedAt: at(minutes) - 2000,
      answeredAt: at(minutes + 0.1),
      releasedAt: at(minutes + 2.1),
    })
  }
  recordAbandonedCall(log, { queue: 'general', queuedAt: at(40), abandonedAt: at(40) + 12_000 })
  for (const agentId of ['8001', '8002']) change(agentId, 'offline', 45)
}

test('measured by half hour: calls, waits, agents on duty, and the time calls took them up', async () => {
  const [first, second, ...more] = await new StaffingStore({ db }).intervals(span, 15)

  expect(more).toEqual([])
  expect(first).toMatchObject({ start: at(0), arrivals: 1, answered: 1, abandoned: 0, answeredInTime: 1, seats: 2 })
  expect(first?.occupied).toBeCloseTo(180, 3)
  expect(first?.waited).toBeCloseTo(8, 3)
  expect(second).toMatchObject({ start: at(30), arrivals: 2, answered: 1, abandoned: 1, answeredInTime: 1, seats: 1 })
  expect(second?.waited).toBeCloseTo(20, 3)
})

test('a call takes its agent up from the ring to the end of the wrap-up', async () => {
  const holdings = await new StaffingStore({ db }).holdings(span)

  expect(holdings.map(Math.round)).toEqual([180, 180])
})

test('waits tell who gave up', async () => {
  const waits = await new StaffingStore({ db }).waits(span)

  expect(waits).toEqual([
    { seconds: 12, abandoned: true },
    { seconds: 8, abandoned: false },
    { seconds: 8, abandoned: false },
  ])
})

const nextDay = { from: new Date(at(24 * 60)), to: new Date(at(24 * 60 + 30)) }
test.each([
  ['tax', { arrivals: 1, answered: 1, seats: 2 / 3, occupied: 240 }],
  ['general', { arrivals: 1, answered: 1, seats: 1 / 3, occupied: 120 }],
  ['social-security', { arrivals: 0, answered: 0, seats: 0, occupied: 0 }],
  [undefined, { arrivals: 2, answered: 2, seats: 1, occupied: 360 }],
])('of the queue %s there are its calls, and the part of the agent that they took up', async (queue, expected) => {
  const store = new StaffingStore({ db })

  const [slot] = await store.intervals({ ...nextDay, queue }, 15)
  const [holdings, waits] = [await store.holdings({ ...nextDay, queue }), await store.waits({ ...nextDay, queue })]

  const { arrivals, answered, seats, occupied } = slot ?? {}
  expect({ arrivals, answered }).toEqual({ arrivals: expected.arrivals, answered: expected.answered })
  expect(seats).toBeCloseTo(expected.seats, 6)
  expect(occupied).toBeCloseTo(expected.occupied, 3)
  expect(holdings.reduce((sum, each) => sum + each, 0)).toBeCloseTo(expected.occupied, 3)
  expect(waits).toHaveLength(expected.arrivals)
})

test('who calls a citizen back is no seat meanwhile, and takes none up', async () => {
  const store = new StaffingStore({ db })
  const day = { from: new Date(at(2 * 24 * 60)), to: new Date(at(2 * 24 * 60 + 30)) }

  for (const queue of [undefined, 'tax']) {
    const [slot] = await store.intervals({ ...day, queue }, 15)
    expect(slot).toMatchObject({ arrivals: 1, answered: 1 })
    expect(slot?.seats).toBeCloseTo(18 / 30, 6)
    expect(slot?.occupied).toBeCloseTo(240, 3)
    expect(await store.holdings({ ...day, queue })).toEqual([240])
  }
})

const week = `from=${new Date(at(-60)).toISOString()}&to=${nextDay.to.toISOString()}`
test('by the day of the week: only its half hours are planned, and only they are compared', async () => {
  const of = async (weekday: number) => (await ask(`/staffing?${week}&weekday=${weekday}`)).json<Plan>()
  const arrivals = ({ slots }: Plan) => slots.reduce((sum, slot) => sum + slot.arrivals, 0)

  const [thursday, friday, saturday] = [await of(4), await of(5), await of(6)]

  expect(thursday.slots).toEqual([])
  expect([arrivals(friday), friday.compared]).toEqual([3, 2])
  expect([arrivals(saturday), saturday.compared]).toEqual([2, 1])
})

test('a holiday and a weekend day that is worked count with their like, not with their day of the week', async () => {
  special.set('2024-11-22', 'holiday').set('2024-11-23', 'workday')
  onTestFinished(() => special.clear())
  const arrivals = async (days: string) => {
    const { slots } = (await ask(`/staffing?${week}&${days}`)).json<Plan>()
    return slots.reduce((sum, slot) => sum + slot.arrivals, 0)
  }

  expect([await arrivals('weekday=5'), await arrivals('special=holiday')]).toEqual([0, 3])
  expect([await arrivals('weekday=6'), await arrivals('special=workday')]).toEqual([0, 2])
})

interface Plan {
  readonly compared: number
  readonly slots: readonly { readonly arrivals: number }[]
}
const query = `from=${span.from.toISOString()}&to=${span.to.toISOString()}`
async function ask(path: string, role = 'supervisor') {
  const token = app.jwt.sign({ username: `a.${role}`, role, agentId: null })
  return app.inject({ url: `/api/v1${path}`, headers: { authorization: `Bearer ${token}` } })
}

test("the plan by half hour, for the city's goal or another", async () => {
  const usual = (await ask(`/staffing?${query}`)).json()
  const strict = (await ask(`/staffing?${query}&percent=99&seconds=1`)).json()

  expect(usual).toMatchObject({ percent: 80, seconds: 15, holding: 180, patience: 28, compared: 2 })
  expect(usual.slots.map((slot: { minute: number }) => slot.minute)).toEqual([600, 630])
  expect(usual.slots[1]).toMatchObject({ arrivals: 2, seats: 1, answeredInTime: 0.5 })
  expect(strict).toMatchObject({ percent: 99, seconds: 1 })
  expect(strict.slots[1].answeredInTime).toBe(0)
})

test('what was measured is told, and that it is too little to say how many seats', async () => {
  const plan = (await ask(`/staffing?${query}`)).json()

  expect(plan).toMatchObject({ days: 1, answered: 2, enough: { days: 3, calls: 30, answered: 30 } })
  const none = { erlangC: null, erlangA: null, simulation: null }
  expect(plan.slots[1]).toMatchObject({ days: 1, calls: 2, enough: false, needed: none })
})

test.each([
  ['a span that ends before it begins', 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z'],
  ['a span of a year', 'from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z'],
  ['all calls at once', 'percent=100'],
  ['an eighth day of the week', 'weekday=8'],
  ['a day of the week that is special', 'weekday=5&special=holiday'],
])('%s is refused', async (_what, asked) => {
  expect((await ask(`/staffing?${asked}`)).statusCode).toBe(400)
})

test('is not for agents', async () => {
  expect((await ask(`/staffing?${query}`, 'agent')).statusCode).toBe(403)
})
