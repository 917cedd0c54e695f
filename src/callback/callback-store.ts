import type { Selectable } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import type { CallbackData } from './callback.ts'

type Row = Selectable<DatabaseSchema['callbacks']>

/** A callback that is over. */
export interface ClosedCallback {
  readonly data: CallbackData
  readonly closedAt: number
  readonly closedBy: string | null
  readonly outcome: string
}

/** Callbacks as the log's records know them. */
export class CallbackStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  async open(): Promise<CallbackData[]> {
    const rows = await this.#db
      .selectFrom('callbacks')
      .selectAll()
      .where('closed_at', 'is', null)
      .orderBy('opened_at')
      .execute()
    return rows.map(toData)
  }

  /** The latest closed ones first. */
  async closed({ limit }: { limit: number }): Promise<ClosedCallback[]> {
    const rows = await this.#db
      .selectFrom('callbacks')
      .selectAll()
      .where('closed_at', 'is not', null)
      .orderBy('opened_at', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      data: toData(row),
      closedAt: row.closed_at?.getTime() ?? 0,
      closedBy: row.closed_by,
      outcome: row.outcome ?? '',
    }))
  }
}

function toData(row: Row): CallbackData {
  return {
    callbackId: row.callback_id,
    kind: row.kind,
    number: row.number,
    line: row.line,
    language: row.language,
    queue: row.queue,
    skills: row.skills,
    priority: row.priority,
    queuedAt: row.queued_at?.getTime() ?? null,
    openedAt: row.opened_at.getTime(),
    openedBy: row.opened_by,
    expiresAt: row.expires_at.getTime(),
    callId: row.call_id,
    missedCalls: row.missed_calls,
    attempts: row.attempts,
    notBefore: row.not_before?.getTime() ?? null,
  }
}
