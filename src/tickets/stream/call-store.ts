import { sql } from 'kysely'
import { ticketIdOf } from '../../events/index.ts'
import type { TicketDatabase } from '../ticket-database.ts'

/** A call as its first fact tells of it. */
export interface KnownCall {
  readonly callId: string
  readonly callerNumber: string
  readonly line: string
  /** ISO 8601. */
  readonly offeredAt: string
  /** The ticket it is about, where that is not one of its own. */
  readonly ticketId?: string | null
}

/** What of calls their tickets and the answer rate need. */
export class CallStore {
  readonly #db: TicketDatabase

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  async remember({ callId, callerNumber, line, offeredAt, ticketId = null }: KnownCall): Promise<void> {
    await this.#db
      .insertInto('calls')
      .values({
        call_id: callId,
        caller_number: callerNumber,
        line,
        offered_at: offeredAt,
        queued_at: null,
        waited_ms: null,
        ticket_id: ticketId,
        branch: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  /** The caller's number; undefined: the call is not known. */
  async callerOf(callId: string): Promise<string | undefined> {
    const query = this.#db.selectFrom('calls').select('caller_number').where('call_id', '=', callId)
    return (await query.executeTakeFirst())?.caller_number
  }

  /** The ticket a call is about: one of its own, unless it was placed for another. */
  async ticketOf(callId: string): Promise<{ readonly ticketId: string; readonly own: boolean }> {
    const query = this.#db.selectFrom('calls').select('ticket_id').where('call_id', '=', callId)
    const ticketId = (await query.executeTakeFirst())?.ticket_id ?? null
    return { ticketId: ticketId ?? ticketIdOf('call', callId), own: ticketId === null }
  }

  /** The call entered a queue. One that goes on to another queue, or is queued again, waits since the first time. */
  async queued(callId: string, at: Date): Promise<void> {
    await sql`update calls set queued_at = coalesce(queued_at, ${at}::timestamptz) where call_id = ${callId}`.execute(
      this.#db,
    )
  }

  /** An agent answered; an agent after that one does not count. */
  async answered(callId: string, waitedMs: number): Promise<void> {
    await sql`update calls set waited_ms = coalesce(waited_ms, ${waitedMs}::int) where call_id = ${callId}`.execute(
      this.#db,
    )
  }

  async namedBranch(callId: string, branch: string): Promise<void> {
    await this.#db.updateTable('calls').set({ branch }).where('call_id', '=', callId).execute()
  }

  /** The branch hotline a call was about last. */
  async branchOf(callId: string): Promise<string | null> {
    const query = this.#db.selectFrom('calls').select('branch').where('call_id', '=', callId)
    return (await query.executeTakeFirst())?.branch ?? null
  }

  /** Calls that entered a queue in a span, and how many of them an agent answered within `seconds`. */
  async answerRate({ from, to, seconds }: { from: Date; to: Date; seconds: number }) {
    const { rows } = await sql<{ offered: number; answeredInTime: number }>`
      select count(*)::int as offered, count(*) filter (where waited_ms <= ${seconds * 1000})::int as "answeredInTime"
      from calls where queued_at >= ${from} and queued_at < ${to}`.execute(this.#db)
    return rows[0] ?? { offered: 0, answeredInTime: 0 }
  }

  async prune(days: number): Promise<void> {
    await sql`delete from calls where offered_at < now() - make_interval(days => ${days})`.execute(this.#db)
  }
}
