import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../../src/db/index.ts'
import { EventJournal, EventLog, RecordProjector } from '../../../src/events/index.ts'
import { createHttpServer } from '../../../src/http/index.ts'
import { systemClock } from '../../../src/kernel/index.ts'
import { StaffingStore, staffingRoutes } from '../../../src/staffing/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { recordAbandonedCall, recordAnsweredCall } from '../../support/recorded-calls.ts'

const begin = Date.parse('2026-11-20T10:00:00+08:00')
const at = (minutes: number) => begin + minutes * 60_000
const span = { from: new Date(at(0)), to: new Date(at(60)) }

let db: Database
let app: FastifyInstance
beforeAll(async () => {
  db = await newDatabase()
  const { journal, left } = EventJournal.open({ folder: mkdtempSync(join(tmpdir(), 'yihao-')), logger: silent })
  const log = new EventLog({ db, journal, left, clock: systemClock, logger: silent })
  recordMorning(log)
  await log.flush(10_000)
  await new RecordProjector({ db, clock: systemClock, logger: silent }).catchUp()
  await log.close()
  app = await createHttpServer({
    logger: silent,
    jwtSecret: 'a secret of the test',
    routes: [staffingRoutes({ store: new StaffingStore({ db }), goal: { share: 0.8, within: 15 } })],
    rootRoutes: [],
  })
  await app.ready()
})
afterAll(async () => {
  await app.close()
  await db.destroy()
})

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
  expect(strict.slots[1].needed.erlangC).toBeGreaterThan(usual.slots[1].needed.erlangC)
})

test.each([
  ['a span that ends before it begins', 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z'],
  ['a span of a year', 'from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z'],
  ['all calls at once', 'percent=100'],
])('%s is refused', async (_what, asked) => {
  expect((await ask(`/staffing?${asked}`)).statusCode).toBe(400)
})

test('is not for agents', async () => {
  expect((await ask(`/staffing?${query}`, 'agent')).statusCode).toBe(403)
})
