import { randomInt } from 'node:crypto'
import { type Kysely, type Selectable, sql } from 'kysely'
import { toCurrentVersion } from '../machine/machine-versions.ts'
import type { TicketContext } from '../machine/ticket-context.ts'
import { ticketMachineVersion } from '../machine/ticket-machine.ts'
import { jobSchema, type TicketDatabase, type TicketTables } from '../ticket-database.ts'
import { addressKey, bigramsOf } from './bigrams.ts'
import { contextText, noteSql, refusedByServer, saveSteps, type TicketChange } from './step-store.ts'
import type { Channel, Matter, Ticket } from './ticket.ts'
import { Together } from './together.ts'

type Row = Selectable<TicketTables['tickets']>
type Executor = Kysely<TicketTables>

/** Steps of one transaction at most. */
const stepsTogether = 4

export interface NewTicket {
  readonly ticketId: string
  readonly prefix: string
  readonly channel: Channel
  readonly state: string
  readonly context: TicketContext
  readonly callId: string | null
  readonly callerNumber: string
  readonly matter: Matter
  readonly at: number
  /** The local date, YYYYMMDD, that stands in the number. */
  readonly date: string
}

export interface MatterChange {
  readonly ticketId: string
  /** The revision whoever writes has seen. */
  readonly revision: number
  readonly matter: Matter
  readonly at: number
}

/** Tickets and what citizens said, in PostgreSQL. */
export class TicketStore {
  readonly #db: Executor
  readonly #steps: Together<TicketChange, boolean>

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
    this.#steps = new Together({
      run: (steps) => saveSteps(db, steps),
      most: stepsTogether,
      atOnce: 2,
      keyOf: ({ ticketId }) => ticketId,
      undid: refusedByServer,
    })
  }

  /** Runs `work` in one transaction with a store of its own; within one already, in that. */
  transaction<T>(work: (store: TicketStore, db: TicketDatabase) => Promise<T>): Promise<T> {
    if (this.#db.isTransaction) return work(this, this.#db)
    return this.#db.transaction().execute((transaction) => work(new TicketStore({ db: transaction }), transaction))
  }

  async find(ticketId: string): Promise<Ticket | undefined> {
    // Raw, because every step begins with it and building the query took as long as asking it.
    const { rows } = await sql<Row>`select * from tickets where ticket_id = ${ticketId}`.execute(this.#db)
    return rows[0] && toTicket(rows[0])
  }

  async findByNumber(number: string): Promise<(Ticket & { wrongCodes: number }) | undefined> {
    const row = await this.#db.selectFrom('tickets').selectAll().where('number', '=', number).executeTakeFirst()
    return row && { ...toTicket(row), wrongCodes: row.wrong_codes }
  }

  async countWrongCode(ticketId: string): Promise<void> {
    await sql`update tickets set wrong_codes = wrong_codes + 1 where ticket_id = ${ticketId}`.execute(this.#db)
  }

  async matter(ticketId: string): Promise<Matter> {
    const row = await this.#db
      .selectFrom('matters')
      .selectAll()
      .where('ticket_id', '=', ticketId)
      .executeTakeFirstOrThrow()
    const { title, content, classification, address, contact_name, confidential } = row
    return { title, content, classification, address, contactName: contact_name, confidential }
  }

  /** False: it is there already, as when the same fact is applied twice. */
  async insert(ticket: NewTicket): Promise<boolean> {
    const { ticketId, context, at } = ticket
    const known = await this.#db.selectFrom('tickets').select('ticket_id').where('ticket_id', '=', ticketId).execute()
    if (known.length > 0) return false
    const serial = await this.nextSerial(`ticket:${ticket.date}`)
    const inserted = await this.#db
      .insertInto('tickets')
      .values({
        ticket_id: ticketId,
        number: `${ticket.prefix}${ticket.date}${String(serial).padStart(6, '0')}`,
        query_code: String(randomInt(1_000_000)).padStart(6, '0'),
        channel: ticket.channel,
        state: ticket.state,
        context: contextText(context),
        machine_version: ticketMachineVersion,
        revision: 1,
        kind: context.kind,
        unit_id: null,
        unit_path: null,
        agent_id: context.firstReceiver,
        call_id: ticket.callId,
        caller_number: ticket.callerNumber,
        parent_id: null,
        due_at: null,
        created_at: new Date(at),
        updated_at: new Date(at),
      })
      .onConflict((conflict) => conflict.column('ticket_id').doNothing())
      .returning('ticket_id')
      .execute()
    if (inserted.length === 0) return false
    await this.#db
      .insertInto('matters')
      .values({ ticket_id: ticketId, created_at: new Date(at), ...matterColumns(ticket.matter) })
      .execute()
    return true
  }

  /** The next number of a series, without gaps: the transaction that takes it makes others wait. */
  async nextSerial(name: string): Promise<number> {
    const { rows } = await sql<{ value: number }>`
      insert into counters (name, value) values (${name}, 1)
      on conflict (name) do update set value = counters.value + 1 returning value`.execute(this.#db)
    return rows[0]?.value ?? 0
  }

  /** Within a transaction. False, with nothing done: the ticket is not as it was at `revision`, or is not there. */
  async saveMatter({ ticketId, revision, matter, at }: MatterChange): Promise<boolean> {
    const { rows } = await sql`
      update tickets set revision = revision + 1, updated_at = ${new Date(at)}
      where ticket_id = ${ticketId} and revision = ${revision} returning ticket_id`.execute(this.#db)
    if (rows.length === 0) return false
    await this.#db.updateTable('matters').set(matterColumns(matter)).where('ticket_id', '=', ticketId).execute()
    return true
  }

  /** Records facts and an entry of the audit beside a change that is not a step of a ticket. */
  async note({ audit, facts, at }: Pick<TicketChange, 'audit' | 'facts' | 'at'>): Promise<void> {
    await noteSql({ audit, facts, at }).execute(this.#db)
  }

  /**
   * Carries a step out if the ticket is still as it was decided on; false if somebody was quicker. Outside of a transaction it shares one
   * with the steps that others take at the same time.
   */
  async save(change: TicketChange): Promise<boolean> {
    if (!this.#db.isTransaction) return this.#steps.add(change)
    const [saved] = await saveSteps(this.#db, [change])
    return saved === true
  }

  /** Has what was merged under a ticket closed with it: by a job, so that a parent of a thousand closes in a moment. */
  async closeMerged(parentId: string): Promise<void> {
    await sql`
      select ${sql.ref(`${jobSchema}.add_job`)}('close-merged', json_build_object('parentId', ${parentId}::text))
      where exists (select from tickets where parent_id = ${parentId}::uuid)`.execute(this.#db)
  }

  /** What is merged under a ticket and still waits for it. */
  async mergedUnder(parentId: string): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('tickets')
      .select('ticket_id')
      .where('parent_id', '=', parentId)
      .where('state', '=', 'merged')
      .execute()
    return rows.map(({ ticket_id }) => ticket_id)
  }

  /** Tickets the clock should have woken before a moment. */
  async overdueWakes(before: number, limit: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('wakes')
      .select('ticket_id')
      .where('wake_at', '<', new Date(before))
      .orderBy('wake_at')
      .limit(limit)
      .execute()
    return rows.map(({ ticket_id }) => ticket_id)
  }

  /** Tickets whose clocks run, after one of them in the order of ids. */
  async running(after: string, limit: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('wakes')
      .select('ticket_id')
      .where('ticket_id', '>', after)
      .orderBy('ticket_id')
      .limit(limit)
      .execute()
    return rows.map(({ ticket_id }) => ticket_id)
  }
}

function matterColumns({ title, content, classification, address, contactName, confidential }: Matter) {
  return {
    title,
    content,
    classification,
    address,
    address_key: addressKey(address),
    contact_name: contactName,
    confidential,
    bigrams: bigramsOf(`${title} ${content}`),
  }
}

/** A row as a ticket of today's machine. */
export function toTicket(row: Row): Ticket {
  const stored = { version: row.machine_version, state: row.state, context: row.context as Record<string, unknown> }
  return {
    ...toCurrentVersion(stored),
    ticketId: row.ticket_id,
    number: row.number,
    queryCode: row.query_code,
    channel: row.channel as Channel,
    revision: row.revision,
    callId: row.call_id,
    callerNumber: row.caller_number,
    createdAt: row.created_at.getTime(),
  }
}
