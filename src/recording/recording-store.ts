import type { GeneratedAlways, Kysely, Selectable } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import type { Recording } from './recording.ts'

/** The table of migration 0007: nobody but this store uses it. */
type RecordingTables = {
  recordings: {
    call_id: string
    number: GeneratedAlways<number>
    line: string
    queue: string | null
    agent_id: string | null
    caller_number: string
    started_at: Date
    duration_ms: number
    bytes: number
    sha256: string
    key_id: string
    file: string
    keep_until: Date
  }
}

export interface RecordingFilter {
  readonly queue: string | undefined
  readonly agentId: string | undefined
  readonly callerNumber: string | undefined
  /** Those before that number, the newest first. */
  readonly before: number | undefined
  readonly limit: number
}

/** Recordings in PostgreSQL. */
export class RecordingStore {
  readonly #db: Kysely<DatabaseSchema & RecordingTables>

  constructor({ db }: { db: Database }) {
    this.#db = db.withTables<RecordingTables>()
  }

  /** Lists a recording; once, however often it is tried. */
  async add(recording: Omit<Recording, 'number'>): Promise<void> {
    const { durationMs: duration_ms, bytes, sha256, keyId: key_id, file } = recording
    await this.#db
      .insertInto('recordings')
      .values({
        call_id: recording.callId,
        line: recording.line,
        queue: recording.queue,
        agent_id: recording.agentId,
        caller_number: recording.callerNumber,
        started_at: recording.startedAt,
        duration_ms,
        bytes,
        sha256,
        key_id,
        file,
        keep_until: recording.keepUntil,
      })
      .onConflict((conflict) => conflict.column('call_id').doUpdateSet({ duration_ms, bytes, sha256, key_id, file }))
      .execute()
  }

  async list({ queue, agentId, callerNumber, before, limit }: RecordingFilter): Promise<Recording[]> {
    let query = this.#db.selectFrom('recordings').selectAll()
    if (queue !== undefined) query = query.where('queue', '=', queue)
    if (agentId !== undefined) query = query.where('agent_id', '=', agentId)
    if (callerNumber !== undefined) query = query.where('caller_number', '=', callerNumber)
    if (before !== undefined) query = query.where('number', '<', before)
    return (await query.orderBy('number', 'desc').limit(limit).execute()).map(toRecording)
  }

  async find(callId: string): Promise<Recording | undefined> {
    const row = await this.#db.selectFrom('recordings').selectAll().where('call_id', '=', callId).executeTakeFirst()
    return row && toRecording(row)
  }

  /** Recordings whose time is over, the oldest first. */
  async expired(now: Date, limit: number): Promise<Recording[]> {
    const query = this.#db.selectFrom('recordings').selectAll().where('keep_until', '<=', now)
    return (await query.orderBy('keep_until').limit(limit).execute()).map(toRecording)
  }

  async remove(callId: string): Promise<void> {
    await this.#db.deleteFrom('recordings').where('call_id', '=', callId).execute()
  }
}

function toRecording(row: Selectable<RecordingTables['recordings']>): Recording {
  return {
    callId: row.call_id,
    number: row.number,
    line: row.line,
    queue: row.queue,
    agentId: row.agent_id,
    callerNumber: row.caller_number,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    bytes: row.bytes,
    sha256: row.sha256,
    keyId: row.key_id,
    file: row.file,
    keepUntil: row.keep_until,
  }
}
