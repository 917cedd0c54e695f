import type { TicketDatabase } from '../ticket-database.ts'

/** What is known of a call before somebody answers it. */
export interface KnownCall {
  readonly callId: string
  readonly callerNumber: string
  readonly line: string
  /** ISO 8601. */
  readonly offeredAt: string
}

export async function rememberCall(db: TicketDatabase, call: KnownCall): Promise<void> {
  const { callId, callerNumber, line, offeredAt } = call
  await db
    .insertInto('calls')
    .values({ call_id: callId, caller_number: callerNumber, line, language: null, offered_at: offeredAt })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export async function callOf(db: TicketDatabase, callId: string): Promise<{ callerNumber: string } | undefined> {
  const row = await db.selectFrom('calls').select('caller_number').where('call_id', '=', callId).executeTakeFirst()
  return row && { callerNumber: row.caller_number }
}
