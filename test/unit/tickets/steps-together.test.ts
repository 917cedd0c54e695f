import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrateToLatest, openDatabase } from '../../../src/db/index.ts'
import { newId, projectRoot } from '../../../src/kernel/index.ts'
import { TicketJobs } from '../../../src/tickets/clocks/ticket-jobs.ts'
import { newContext } from '../../../src/tickets/machine/ticket-context.ts'
import { emptyMatter } from '../../../src/tickets/office/ticket.ts'
import { TicketStore } from '../../../src/tickets/office/ticket-store.ts'
import { type TicketDatabase, type TicketTables, ticketSchema } from '../../../src/tickets/ticket-database.ts'
import { newDatabaseUrl, silent } from '../../support/database.ts'

const at = Date.parse('2026-03-02T09:00+08:00')
const context = newContext({ firstReceiver: '8001', at })

let db: TicketDatabase
let store: TicketStore
beforeAll(async () => {
  const databaseUrl = await newDatabaseUrl()
  db = openDatabase<TicketTables>({ url: databaseUrl, logger: silent, connections: 4, schema: ticketSchema })
  await migrateToLatest({ db, folder: join(projectRoot(), 'migrations/tickets'), logger: silent, schema: ticketSchema })
  await TicketJobs.migrate({ databaseUrl, logger: silent })
  store = new TicketStore({ db })
})
afterAll(() => db.destroy())

async function drafts(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, newId)
  const about = {
    prefix: 'YH',
    channel: 'phone',
    state: 'draft',
    context,
    callId: null,
    callerNumber: '13800000001',
  } as const
  for (const ticketId of ids) await store.insert({ ...about, ticketId, matter: emptyMatter, at, date: '20260302' })
  return ids
}

/** A step to `registered` as somebody decided on the draft. */
function registered(ticketId: string, { revision = 1, parentId = null as string | null } = {}) {
  const by = { actor: 'test', role: 'agent', origin: 'test', action: 'REGISTER', detail: { input: { ticketId } } }
  const clocks = { dueAt: null, wakeAt: at + 60_000, wakeJob: null }
  const audit = { subject: ticketId, at, ...by }
  return { ticketId, revision, state: 'registered', context: { ...context, parentId }, at, ...clocks, audit, facts: [] }
}

async function historyOf(ticketId: string): Promise<number> {
  return (await db.selectFrom('audit_entries').select('entry_id').where('subject', '=', ticketId).execute()).length
}

test('steps of the same moment share transactions, and each ticket has its own history', async () => {
  const ids = await drafts(8)

  const saved = await Promise.all(ids.map((id) => store.save(registered(id))))

  expect(saved).toEqual(ids.map(() => true))
  expect(await Promise.all(ids.map(historyOf))).toEqual(ids.map(() => 1))
  const { rows } = await sql<{ xmin: string }>`
    select distinct xmin::text from tickets where ticket_id = any(${ids})`.execute(db)
  expect(rows).toHaveLength(2)
})

test('a step that was overtaken leaves nothing, those beside it are saved', async () => {
  const [early = '', late = '', other = ''] = await drafts(3)
  await store.save(registered(late))

  const saved = await Promise.all([early, late, other].map((id) => store.save(registered(id))))

  expect(saved).toEqual([true, false, true])
  expect(await historyOf(late)).toBe(1)
  expect((await store.find(late))?.revision).toBe(2)
})

test('of two steps decided on the same revision one is saved', async () => {
  const [id = ''] = await drafts(1)

  const saved = await Promise.all([store.save(registered(id)), store.save(registered(id))])

  expect(saved.toSorted()).toEqual([false, true])
  expect(await historyOf(id)).toBe(1)
})

test('a step PostgreSQL refuses takes no other along', async () => {
  const [first = '', wrong = '', last = ''] = await drafts(3)

  const results = await Promise.allSettled([
    store.save(registered(first)),
    store.save(registered(wrong, { parentId: newId() })),
    store.save(registered(last)),
  ])

  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await Promise.all([first, wrong, last].map(historyOf))).toEqual([1, 0, 1])
})

test('a context is stored without what never changed, and read whole', async () => {
  const [id = ''] = await drafts(1)

  await store.save(registered(id))

  const { context: stored } = await db
    .selectFrom('tickets')
    .select('context')
    .where('ticket_id', '=', id)
    .executeTakeFirstOrThrow()
  expect(stored).toEqual({ firstReceiver: '8001', entered: { draft: at } })
  expect((await store.find(id))?.context).toEqual(context)
})
