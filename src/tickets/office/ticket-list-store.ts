import { type Expression, type SqlBool, sql } from 'kysely'
import type { TicketDatabase } from '../ticket-database.ts'
import { addressKey, bigramsOf } from './bigrams.ts'
import { isNumber, type Matter, type Ticket } from './ticket.ts'
import { toTicket } from './ticket-store.ts'

/** Whose tickets may be seen: everybody's, or those with a unit and the units below it. */
export type Visible =
  | { readonly kind: 'all' }
  | { readonly kind: 'unit'; readonly path: string }
  | { readonly kind: 'none' }

export interface TicketFilter {
  readonly state?: string | undefined
  readonly kind?: string | undefined
  readonly unitId?: string | undefined
  readonly callerNumber?: string | undefined
  readonly overdueAt?: number | undefined
  readonly text?: string | undefined
}

/** A place in a list, newest first. */
export interface ListPlace {
  readonly createdAt: number
  readonly ticketId: string
}

export interface ListedTicket extends Ticket {
  readonly title: string
}

export interface Duplicate extends ListedTicket {
  /** Why it may be the same matter. */
  readonly because: 'same-number' | 'same-address' | 'similar-text'
  /** Shared pairs of characters, 0 to 1 (Dice). */
  readonly similarity: number
}

/** Days in which the same matter is looked for, and how alike two texts must be. */
const duplicateDays = 30
const similarEnough = 0.35

/** Nothing is to be done with these. */
const closedStates = ['answered', 'closed', 'notAccepted', 'withdrawn', 'voided', 'merged', 'archived'] as const

/** When the next limit of a ticket is over, as {@link nextLimit} has it: milliseconds since the epoch. */
const nextDue = sql`(
  select min((clock.value ->> 'dueAt')::float8) from jsonb_each(tickets.context -> 'clocks') clock where clock.key <> 'archive'
)`

/** Reading many tickets at once. */
export class TicketListStore {
  readonly #db: TicketDatabase

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  async list({
    visible,
    filter,
    after,
    limit,
  }: {
    visible: Visible
    filter: TicketFilter
    after: ListPlace | undefined
    limit: number
  }): Promise<ListedTicket[]> {
    let query = this.#listed().orderBy('tickets.created_at', 'desc').orderBy('tickets.ticket_id', 'desc').limit(limit)
    for (const condition of [...conditionsOf(filter), ...visibleCondition(visible)]) query = query.where(condition)
    if (after) {
      const place = sql<SqlBool>`(tickets.created_at, tickets.ticket_id) < (${new Date(after.createdAt)}, ${after.ticketId})`
      query = query.where(place)
    }
    return (await query.execute()).map(toListed)
  }

  /** Tickets, without `closedToo` those that are not closed yet; those with the next limit of any kind on top and those without a limit last. */
  async worklist({
    visible,
    filter,
    closedToo,
    limit,
  }: {
    visible: Visible
    filter: TicketFilter
    closedToo: boolean
    limit: number
  }): Promise<ListedTicket[]> {
    let query = this.#listed().orderBy(sql`${nextDue} asc nulls last`).orderBy('tickets.created_at').limit(limit)
    if (!closedToo) query = query.where('tickets.state', 'not in', [...closedStates])
    for (const condition of [...conditionsOf(filter), ...visibleCondition(visible)]) query = query.where(condition)
    return (await query.execute()).map(toListed)
  }

  /** A caller's earlier tickets, newest first. */
  async ofCaller(callerNumber: string, { except, limit }: { except?: string; limit: number }): Promise<ListedTicket[]> {
    let query = this.#listed()
      .where('caller_number', '=', callerNumber)
      .orderBy('tickets.created_at', 'desc')
      .limit(limit)
    if (except !== undefined) query = query.where('tickets.ticket_id', '!=', except)
    return (await query.execute()).map(toListed)
  }

  /**
   * Tickets of the last {@link duplicateDays} days that may be about the same matter: of the same number, about the same address, or in
   * similar words. Those that were themselves merged or never became a matter are left out.
   */
  async duplicates(ticket: Ticket, matter: Matter, limit: number): Promise<Duplicate[]> {
    const bigrams = bigramsOf(`${matter.title} ${matter.content}`)
    const since = new Date(ticket.createdAt - duplicateDays * 24 * 60 * 60 * 1000)
    const key = addressKey(matter.address)
    // Who shows no number is nobody in particular.
    const number = isNumber(ticket.callerNumber) ? ticket.callerNumber : ''
    const { rows } = await sql<{ ticket_id: string; because: Duplicate['because']; similarity: number }>`
      with candidates as (
        (select ticket_id from tickets where caller_number = ${number} and caller_number <> ''
          and created_at >= ${since} order by created_at desc limit 50)
        union
        (select ticket_id from matters where address_key = ${key} and address_key <> ''
          and created_at >= ${since} order by created_at desc limit 50)
        union
        (select ticket_id from matters where bigrams && ${bigrams}::text[] and created_at >= ${since}
          order by created_at desc limit 2000)
      ), compared as (
        select ticket_id, caller_number = ${number} and caller_number <> '' as same_number,
          address_key = ${key} and address_key <> '' as same_address,
          2.0 * (select count(*) from unnest(m.bigrams) b where b = any(${bigrams}::text[]))
            / greatest(1, cardinality(m.bigrams) + ${bigrams.length}) as similarity
        from candidates join tickets using (ticket_id) join matters m using (ticket_id)
        where ticket_id <> ${ticket.ticketId} and state not in ('draft', 'merged', 'voided', 'withdrawn', 'notAccepted')
      )
      select ticket_id, similarity::float8 as similarity,
        case when same_address then 'same-address' when similarity >= ${similarEnough} then 'similar-text'
          else 'same-number' end as because
      from compared where same_number or same_address or similarity >= ${similarEnough}
      order by similarity desc, ticket_id limit ${limit}`.execute(this.#db)
    return this.#withReasons(rows)
  }

  async #withReasons(rows: readonly { ticket_id: string; because: Duplicate['because']; similarity: number }[]) {
    if (rows.length === 0) return []
    const ids = rows.map(({ ticket_id }) => ticket_id)
    const found = await this.#listed().where('tickets.ticket_id', 'in', ids).execute()
    const tickets = new Map(found.map((row) => [row.ticket_id, toListed(row)]))
    return rows.flatMap(({ ticket_id, because, similarity }) => {
      const ticket = tickets.get(ticket_id)
      return ticket ? [{ ...ticket, because, similarity: Math.round(similarity * 1000) / 1000 }] : []
    })
  }

  #listed() {
    return this.#db
      .selectFrom('tickets')
      .innerJoin('matters', 'matters.ticket_id', 'tickets.ticket_id')
      .selectAll('tickets')
      .select('matters.title')
  }
}

function toListed(row: Parameters<typeof toTicket>[0] & { title: string }): ListedTicket {
  return { ...toTicket(row), title: row.title }
}

function visibleCondition(visible: Visible): Expression<SqlBool>[] {
  if (visible.kind === 'all') return []
  if (visible.kind === 'none') return [sql<SqlBool>`false`]
  return [sql<SqlBool>`(unit_path = ${visible.path} or unit_path like ${`${visible.path}/%`})`]
}

function conditionsOf({ state, kind, unitId, callerNumber, overdueAt, text }: TicketFilter): Expression<SqlBool>[] {
  const bigrams = bigramsOf(text ?? '')
  return [
    ...(state === undefined ? [] : [sql<SqlBool>`tickets.state = ${state}`]),
    ...(kind === undefined ? [] : [sql<SqlBool>`tickets.kind = ${kind}`]),
    ...(unitId === undefined ? [] : [sql<SqlBool>`tickets.unit_id = ${unitId}`]),
    ...(callerNumber === undefined ? [] : [sql<SqlBool>`tickets.caller_number = ${callerNumber}`]),
    ...(overdueAt === undefined ? [] : [sql<SqlBool>`${nextDue} < ${overdueAt}`]),
    ...(bigrams.length === 0 ? [] : [sql<SqlBool>`matters.bigrams @> ${bigrams}::text[]`]),
  ]
}
