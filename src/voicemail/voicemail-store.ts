import type { GeneratedAlways, Kysely, Selectable } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import type { StoredSound } from '../vault/index.ts'
import type { Draft, Lamp, Voicemail } from './voicemail.ts'

/** The tables of migration 0006: nobody but this store uses them. */
type VoicemailTables = {
  voicemails: {
    voicemail_id: string
    number: GeneratedAlways<number>
    call_id: string
    queue: string
    line: string
    caller_number: string
    caller_name: string
    language: string
    reason: Draft['reason']
    left_at: Date
    duration_ms: number
    bytes: number
    sha256: string
    file: string
    handled_by: string | null
    handled_at: Date | null
  }
}

export interface VoicemailFilter {
  readonly queues: readonly string[] | undefined
  readonly handled: boolean | undefined
  /** The call in which it was left. */
  readonly callId: string | undefined
  /** Those before that number, the newest first. */
  readonly before: number | undefined
  readonly limit: number
}

/** Voicemails in PostgreSQL. */
export class VoicemailStore {
  readonly #db: Kysely<DatabaseSchema & VoicemailTables>

  constructor({ db }: { db: Database }) {
    this.#db = db.withTables<VoicemailTables>()
  }

  /** Lists a voicemail; once, however often it is tried. */
  async add({ voicemailId, ...voicemail }: Draft & Omit<StoredSound, 'keyId'> & { leftAt: Date }): Promise<void> {
    const { callId, queue, line, callerNumber, callerName, language, reason } = voicemail
    const { leftAt, durationMs, bytes, sha256, file } = voicemail
    await this.#db
      .insertInto('voicemails')
      .values({
        voicemail_id: voicemailId,
        call_id: callId,
        queue,
        line,
        caller_number: callerNumber,
        caller_name: callerName,
        language,
        reason,
        left_at: leftAt,
        duration_ms: durationMs,
        bytes,
        sha256,
        file,
        handled_by: null,
        handled_at: null,
      })
      .onConflict((conflict) => conflict.column('voicemail_id').doUpdateSet({ bytes, sha256, file }))
      .execute()
  }

  async list({ queues, handled, callId, before, limit }: VoicemailFilter): Promise<Voicemail[]> {
    let query = this.#db.selectFrom('voicemails').selectAll()
    if (queues) query = query.where('queue', 'in', [...queues, ''])
    if (handled !== undefined) query = query.where('handled_at', handled ? 'is not' : 'is', null)
    if (callId !== undefined) query = query.where('call_id', '=', callId)
    if (before !== undefined) query = query.where('number', '<', before)
    return (await query.orderBy('number', 'desc').limit(limit).execute()).map(toVoicemail)
  }

  async find(voicemailId: string): Promise<Voicemail | undefined> {
    const row = await this.#db
      .selectFrom('voicemails')
      .selectAll()
      .where('voicemail_id', '=', voicemailId)
      .executeTakeFirst()
    return row && toVoicemail(row)
  }

  /** False when it was handled already. */
  async markHandled(voicemailId: string, by: string): Promise<boolean> {
    const row = await this.#db
      .updateTable('voicemails')
      .set({ handled_by: by, handled_at: new Date() })
      .where('voicemail_id', '=', voicemailId)
      .where('handled_at', 'is', null)
      .returning('number')
      .executeTakeFirst()
    return row !== undefined
  }

  async remove(voicemailId: string): Promise<void> {
    await this.#db.deleteFrom('voicemails').where('voicemail_id', '=', voicemailId).execute()
  }

  /** How many wait to be handled, and how many are handled but still there, by queue. */
  async counts(): Promise<Map<string, { waiting: number; handled: number }>> {
    const rows = await this.#db
      .selectFrom('voicemails')
      .select(({ fn }) => ['queue', fn.countAll<number>().as('all'), fn.count<number>('handled_at').as('handled')])
      .groupBy('queue')
      .execute()
    return new Map(rows.map(({ queue, all, handled }) => [queue, { waiting: all - handled, handled }]))
  }

  /** What the lamp of each phone shows; phones that are not given show none. */
  async saveLamps(lamps: readonly Lamp[]): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db.deleteFrom('message_lamps').execute()
      if (lamps.length > 0)
        await db
          .insertInto('message_lamps')
          .values([...lamps])
          .execute()
    })
  }
}

function toVoicemail(row: Selectable<VoicemailTables['voicemails']>): Voicemail {
  return {
    voicemailId: row.voicemail_id,
    number: row.number,
    callId: row.call_id,
    queue: row.queue,
    line: row.line,
    callerNumber: row.caller_number,
    callerName: row.caller_name,
    language: row.language,
    reason: row.reason,
    leftAt: row.left_at,
    durationMs: row.duration_ms,
    bytes: row.bytes,
    sha256: row.sha256,
    file: row.file,
    handledBy: row.handled_by,
    handledAt: row.handled_at,
  }
}
