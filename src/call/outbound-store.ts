import { sql } from 'kysely'
import type { Database } from '../db/index.ts'

/** A call out as the log has it. */
export interface OutboundRecord {
  readonly callId: string
  readonly placedAt: Date
  readonly agentId: string
  readonly number: string
  readonly purpose: string
  readonly reference: string | null
  /** `placing` until it is decided. */
  readonly result: 'placing' | 'reached' | 'busy' | 'noAnswer' | 'rejected' | 'unreachable' | 'givenUp'
  /** What the agent noted afterwards. */
  readonly outcome: string | null
  readonly note: string | null
}

/** Calls out, read from the log. */
export class OutboundStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  /** Of an agent or of everybody, the latest first. */
  async latest({ agentId, limit }: { agentId: string | null; limit: number }): Promise<OutboundRecord[]> {
    return this.#read(sql`${agentId}::text is null or placed.data->>'agentId' = ${agentId}`, limit)
  }

  async find(callId: string): Promise<OutboundRecord | undefined> {
    return (await this.#read(sql`placed.subject = ${callId}`, 1))[0]
  }

  async #read(which: ReturnType<typeof sql>, limit: number): Promise<OutboundRecord[]> {
    const { rows } = await sql<OutboundRecord>`
      select placed.subject as "callId", placed.time as "placedAt", placed.data->>'agentId' as "agentId",
        placed.data->>'callerNumber' as "number", placed.data->>'purpose' as "purpose", placed.data->>'reference' as "reference",
        case when decided.type = 'call.reached' then 'reached' when decided.type = 'call.not-reached' then decided.data->>'outcome'
          when released.type is not null then 'givenUp' else 'placing' end as "result",
        noted.data->>'code' as "outcome", noted.data->>'note' as "note"
      from (
        select * from events placed where type = 'call.placed' and (${which}) order by sequence desc limit ${limit}
      ) placed
      left join lateral (select type, data from events where subject = placed.subject
        and type in ('call.reached', 'call.not-reached') order by sequence limit 1) decided on true
      left join lateral (select type from events where subject = placed.subject and type = 'call.released' limit 1) released on true
      left join lateral (select data from events where subject = placed.subject and type = 'call.outcome-noted'
        order by sequence desc limit 1) noted on true
      order by placed.sequence desc`.execute(this.#db)
    return rows
  }
}
