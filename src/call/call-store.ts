import { sql } from 'kysely'
import type { Database, ThirdPartyRecord } from '../db/index.ts'
import type { EventData } from '../events/index.ts'
import { type CallEnding, type EndingFact, endingFacts, endingOf } from './history-ending.ts'

type LastCall = EventData<'agent.ringing'>['pop']['lastCalls'][number]

/** A call that was not released when the log was last written. */
export interface OpenCall {
  readonly callId: string
  readonly line: string
  readonly switchName: string
  readonly legId: string
  readonly callerNumber: string
  readonly callerName: string
  readonly offeredAt: number
  readonly language: string | null
  readonly menuPath: readonly string[]
  readonly queue: string | null
  readonly skills: readonly string[]
  readonly priority: number
  readonly queuedAt: number | null
  readonly agentId: string | null
  readonly agentLegId: string | null
  readonly answeredAt: number | null
  /** Whom the caller talks to since the agent left. */
  readonly transferredTo: string | null
  readonly emergency: string | null
  /** The agent whose phone was ringing. */
  readonly ringingAgentId: string | null
  readonly direction: 'inbound' | 'outbound'
  /** Citizen and agent were apart by a hold. */
  readonly held: boolean
  /** Who was being brought in. */
  readonly third: ThirdPartyRecord | null
}

export interface CallSearch {
  readonly from: Date
  readonly to: Date
  readonly callerNumber?: string | undefined
  readonly agentId?: string | undefined
  readonly queue?: string | undefined
  readonly limit: number
}

/** One call as the history lists it. */
export interface CallHistoryEntry {
  readonly callId: string
  readonly direction: 'inbound' | 'outbound'
  readonly line: string
  readonly callerNumber: string
  readonly language: string | null
  readonly queue: string | null
  readonly agentId: string | null
  readonly offeredAt: Date
  readonly queuedAt: Date | null
  readonly answeredAt: Date | null
  readonly abandonedAt: Date | null
  readonly releasedAt: Date | null
  readonly releasedBy: string | null
  readonly transferredTo: string | null
  readonly rating: number | null
  readonly wrapUpCode: string | null
  /** How it ended; null while it goes on. */
  readonly ending: CallEnding | null
}

const openCallsAtMost = 20_000

/** Calls as the log's records know them. */
export class CallStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  async openCalls(): Promise<OpenCall[]> {
    const rows = await this.#db
      .selectFrom('call_records')
      .selectAll()
      .where('released_at', 'is', null)
      .orderBy('offered_at')
      .limit(openCallsAtMost)
      .execute()
    return rows.map((row) => ({
      callId: row.call_id,
      line: row.line,
      switchName: row.switch,
      legId: row.leg_id,
      callerNumber: row.caller_number,
      callerName: row.caller_name,
      offeredAt: row.offered_at.getTime(),
      language: row.language,
      menuPath: row.menu_path,
      queue: row.queue,
      skills: row.skills,
      priority: row.priority,
      queuedAt: row.queued_at?.getTime() ?? null,
      agentId: row.agent_id,
      agentLegId: row.agent_leg_id,
      answeredAt: row.answered_at?.getTime() ?? null,
      transferredTo: row.transferred_to,
      emergency: row.emergency,
      ringingAgentId: row.ringing_agent_id,
      direction: row.direction,
      held: row.held,
      third: row.third,
    }))
  }

  /** Our agent who answered a call. */
  async agentOf(callId: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('call_records')
      .select('agent_id')
      .where('call_id', '=', callId)
      .executeTakeFirst()
    return row?.agent_id ?? undefined
  }

  /** Calls that arrived in a span, newest first; what is not asked for does not matter. */
  async search({ from, to, callerNumber, agentId, queue, limit }: CallSearch): Promise<CallHistoryEntry[]> {
    let query = this.#db
      .selectFrom('call_records')
      .selectAll()
      .where('offered_at', '>=', from)
      .where('offered_at', '<', to)
    if (callerNumber !== undefined) query = query.where('caller_number', '=', callerNumber)
    if (agentId !== undefined) query = query.where('agent_id', '=', agentId)
    if (queue !== undefined) query = query.where('queue', '=', queue)
    const rows = await query.orderBy('offered_at', 'desc').limit(limit).execute()
    const facts = await this.#endingFacts(
      rows.map(({ call_id }) => call_id),
      { from, to },
    )
    return rows.map((row) => ({
      callId: row.call_id,
      direction: row.direction,
      line: row.line,
      callerNumber: row.caller_number,
      language: row.language,
      queue: row.queue,
      agentId: row.agent_id,
      offeredAt: row.offered_at,
      queuedAt: row.queued_at,
      answeredAt: row.answered_at,
      abandonedAt: row.abandoned_at,
      releasedAt: row.released_at,
      releasedBy: row.released_by,
      transferredTo: row.transferred_to,
      rating: row.rating,
      wrapUpCode: row.wrap_up_code,
      ending:
        row.released_at === null
          ? null
          : endingOf({ direction: row.direction, answeredAt: row.answered_at }, facts.get(row.call_id) ?? []),
    }))
  }

  /** The facts that tell how calls ended, by call. Those of callbacks name it: they are looked for in the span, and a day longer. */
  async #endingFacts(
    callIds: readonly string[],
    { from, to }: { from: Date; to: Date },
  ): Promise<Map<string, EndingFact[]>> {
    const { rows } = await sql<{ call: string } & EndingFact>`
      with own as (
        select subject as call, sequence, type, data from events where subject = any(${callIds}) and type = any(${endingFacts})
      )
      select * from own
      union all
      select own.call, message.sequence, message.type, message.data from own join events as message
        on message.subject = own.data->>'voicemailId' and message.type = 'voicemail.left'
      where own.type = 'call.sent-to-voicemail'
      union all
      select data->>'callId', sequence, type, data from events
      where type in ('callback.opened', 'callback.merged') and time >= ${from} and time < ${to}::timestamptz + interval '1 day'
        and data->>'callId' = any(${callIds})
      order by sequence`.execute(this.#db)
    const facts = new Map<string, EndingFact[]>()
    for (const { call, ...fact } of rows) facts.set(call, [...(facts.get(call) ?? []), fact])
    return facts
  }

  /** The latest calls of a number, newest first; none for callers who show no number. */
  async lastCalls(callerNumber: string, { except, limit }: { except: string; limit: number }): Promise<LastCall[]> {
    if (callerNumber === 'anonymous') return []
    const rows = await this.#db
      .selectFrom('call_records')
      .select(['call_id', 'offered_at', 'queue', 'agent_id', 'answered_at', 'abandoned_at'])
      .where('caller_number', '=', callerNumber)
      .where('call_id', '!=', except)
      .orderBy('offered_at', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      callId: row.call_id,
      offeredAt: row.offered_at.toISOString(),
      queue: row.queue,
      agentId: row.agent_id,
      outcome: row.answered_at ? 'answered' : row.abandoned_at ? 'abandoned' : 'open',
    }))
  }
}
