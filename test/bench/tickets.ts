import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { freePort } from '../../scripts/launch/free-port.ts'
import { migrateToLatest, openDatabase } from '../../src/db/index.ts'
import { startPostgres } from '../../src/embedded/postgres.ts'
import { stateCouncilDays } from '../../src/hours/calendar-arithmetic.ts'
import { CalendarDayStore } from '../../src/hours/calendar-day-store.ts'
import { createLogger, newSecret, projectRoot, systemClock } from '../../src/kernel/index.ts'
import { TicketJobs } from '../../src/tickets/clocks/ticket-jobs.ts'
import { WakePlan } from '../../src/tickets/clocks/wake-plan.ts'
import { WorkingCalendar } from '../../src/tickets/clocks/working-calendar.ts'
import { type Actor, newContext } from '../../src/tickets/machine/ticket-context.ts'
import type { InputData, InputType } from '../../src/tickets/machine/ticket-inputs.ts'
import { contextText } from '../../src/tickets/office/step-store.ts'
import { TicketOffice } from '../../src/tickets/office/ticket-office.ts'
import { TicketStore } from '../../src/tickets/office/ticket-store.ts'
import type { CityRules } from '../../src/tickets/rules/city-rules.ts'
import { readCityRules } from '../../src/tickets/rules/read-city-rules.ts'
import { type TicketTables, ticketSchema } from '../../src/tickets/ticket-database.ts'
import { UnitStore } from '../../src/tickets/units/unit-store.ts'
import type { Finding } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'

const logger = createLogger({ name: 'bench', level: 'silent' })
const centre: Actor = { id: 'bench', role: 'supervisor', unitId: null }
const unit: Actor = { id: 'bench', role: 'unit', unitId: 'housing' }

/** A ticket's way from registration to the reply: each a step of the machine with history, facts and, where due dates move, a job. */
const steps: readonly { type: InputType; data: object; by: Actor }[] = [
  { type: 'ACCEPT', data: {}, by: centre },
  { type: 'DISPATCH', data: { unitId: 'housing' }, by: centre },
  { type: 'SIGN', data: {}, by: unit },
  { type: 'START', data: {}, by: unit },
  { type: 'REPLY', data: { reply: '已处理。' }, by: unit },
]
const atOnce = 8
/**
 * Tickets of one block; a round walks a block in each table through {@link steps} and updates the rows of one as often. Many short rounds: what
 * else the machine does then hits some of them, and the median is of the others. The small table has rows for all of them. The first rounds
 * are not counted: a service runs for months, and a step takes twice as long before V8 has compiled what the first thousands of them ran through.
 */
const perRound = 32
const rounds = 20
const warmUp = 11

/** Transitions a second beside bare UPDATEs of the same rows, in a table of `tickets` rows and in one of a thousand. */
export async function ticketBench({ tickets }: InstrumentOptions): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'yihao-bench-'))
  const postgres = await startPostgres({ folder, port: await freePort(), password: newSecret(), temporary: true })
  const tables: Table[] = []
  try {
    const small = await aTable(postgres, 1000)
    tables.push(small)
    const large = await aTable(postgres, tickets)
    tables.push(large)
    return resultOf(tickets, await race(small, large))
  } finally {
    for (const { db } of tables) await db.destroy()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Milliseconds each kind of work took in one round. */
interface Round {
  readonly updates: number
  readonly transitions: number
  readonly inSmallTable: number
}

function resultOf(tickets: number, measured: readonly Round[]): Finding {
  const median = (of: (round: Round) => number) =>
    measured.map(of).sort((a, b) => a - b)[measured.length >> 1] ?? Number.NaN
  const perSecond = (ms: number) => Math.round((perRound * steps.length * 1000) / ms)
  const ratio = median(({ updates, transitions }) => updates / transitions)
  const slowdown = median(({ transitions, inSmallTable }) => transitions / inSmallTable)
  return {
    ok: ratio >= 0.3 && slowdown <= 1.2,
    name: 'tickets',
    on: 'PostgreSQL',
    rows: tickets,
    transitionsPerSecond: perSecond(median(({ transitions }) => transitions)),
    updatesPerSecond: perSecond(median(({ updates }) => updates)),
    ratio: Math.round(ratio * 1000) / 1000,
    smallTable: perSecond(median(({ inSmallTable }) => inSmallTable)),
    slowdown: Math.round(slowdown * 1000) / 1000,
    target: 'ratio >= 0.3, slowdown <= 1.2',
  }
}

interface Table {
  readonly db: Kysely<TicketTables>
  readonly office: TicketOffice
  readonly ids: readonly string[]
}

async function aTable(postgres: Awaited<ReturnType<typeof startPostgres>>, rows: number): Promise<Table> {
  const name = `bench_${rows}`
  await postgres.createDatabase(name)
  const databaseUrl = postgres.url(name)
  const options = { url: databaseUrl, logger, schema: ticketSchema, connections: atOnce, statementTimeoutMs: 600_000 }
  const db = openDatabase<TicketTables>(options)
  await migrateToLatest({ db, folder: join(projectRoot(), 'migrations/tickets'), logger, schema: ticketSchema })
  await TicketJobs.migrate({ databaseUrl, logger })
  const rules = await readCityRules(join(projectRoot(), 'cities/default.yaml'))
  await load(db, rows)
  return { db, office: await anOffice(db, rules), ids: await sampleOf(db) }
}

async function anOffice(db: Kysely<TicketTables>, rules: CityRules): Promise<TicketOffice> {
  const calendarStore = new CalendarDayStore({ db })
  await calendarStore.seed(stateCouncilDays())
  const calendar = await WorkingCalendar.open({ calendar: rules.calendar, source: calendarStore })
  const units = new UnitStore({ db })
  await units.save(rules.units)
  const clock = { ...systemClock, realTimeOf: (instant: number) => new Date(instant) }
  const wakePlan = new WakePlan({ clock })
  return new TicketOffice({
    store: new TicketStore({ db }),
    units,
    rules,
    calendar,
    clock,
    wakePlan,
    logger,
    onFacts: () => {},
  })
}

/** Registered tickets of the last 200 days with what citizens said; the index of words is built at the end, as after an import. */
async function load(db: Kysely<TicketTables>, rows: number): Promise<void> {
  const at = Date.now()
  const context = contextText({
    ...newContext({ firstReceiver: '8001', at }),
    kind: 'complaint',
    entered: { draft: at, registered: at },
  })
  await sql`drop index matters_by_bigram`.execute(db)
  await sql`
    insert into tickets (ticket_id, number, query_code, channel, state, context, machine_version, revision, kind, agent_id,
      caller_number, created_at, updated_at)
    select gen_random_uuid(), 'YH' || lpad(n::text, 14, '0'), '000000', 'phone', 'registered', ${context}::jsonb, 1, 1, 'complaint',
      '8001', '138' || lpad((n % 99999999)::text, 8, '0'), now() - n * interval '17 seconds', now()
    from generate_series(1, ${rows}) as n`.execute(db)
  await sql`
    insert into matters (ticket_id, title, content, address, address_key, bigrams, created_at)
    select ticket_id, '路灯不亮', '路灯不亮已有一周', '', '', array['路灯', '灯不', left(ticket_id::text, 2), left(ticket_id::text, 4)],
      created_at from tickets`.execute(db)
  await sql`create index matters_by_bigram on matters using gin (bigrams)`.execute(db)
  await sql`vacuum analyze tickets`.execute(db)
  await sql`vacuum analyze matters`.execute(db)
  await sql`checkpoint`.execute(db)
}

async function sampleOf(db: Kysely<TicketTables>): Promise<string[]> {
  const { rows } = await sql<{ ticket_id: string }>`
    select ticket_id from tickets order by md5(ticket_id::text) limit ${perRound * (warmUp + rounds)}`.execute(db)
  return rows.map(({ ticket_id }) => ticket_id)
}

/** All kinds of work in turn, each as often first and last, so that none always follows the same other. */
async function race(small: Table, large: Table): Promise<Round[]> {
  const measured: Round[] = []
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const own = ({ ids }: Table) => ids.slice(round * perRound, (round + 1) * perRound)
    const took = { updates: 0, transitions: 0, inSmallTable: 0 }
    const blocks: [keyof Round, () => Promise<void>][] = [
      ['updates', () => forEach(own(large), (id) => updateBare(large.db, id))],
      ['transitions', () => forEach(own(large), (id) => walk(large.office, id))],
      ['inSmallTable', () => forEach(own(small), (id) => walk(small.office, id))],
    ]
    for (const [kind, work] of round % 2 === 0 ? blocks : blocks.toReversed()) took[kind] = await timed(work)
    if (round >= warmUp) measured.push(took)
  }
  return measured
}

async function walk(office: TicketOffice, ticketId: string): Promise<void> {
  for (const { type, data, by } of steps) {
    await office.send({ ticketId, type, data: data as InputData<InputType>, by, origin: 'bench' })
  }
}

async function updateBare(db: Kysely<TicketTables>, ticketId: string): Promise<void> {
  for (const _ of steps) {
    await sql`update tickets set revision = revision + 1, updated_at = now() where ticket_id = ${ticketId}`.execute(db)
  }
}

async function forEach(ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> {
  const left = [...ids]
  const worker = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await work(id)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}
