import type { Kysely } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import type { EventData } from '../events/index.ts'

/** What a desk shows. */
export interface Notice {
  readonly noticeId: string
  readonly text: string
  readonly level: EventData<'notice.published'>['level']
  /** The queue it is meant for, if it is for one. */
  readonly queue: string | null
  /** Whom it is for; null for everybody. */
  readonly agentIds: readonly string[] | null
  readonly by: string
  /** Milliseconds since the epoch. */
  readonly publishedAt: number
  /** Null: until withdrawn. */
  readonly until: number | null
}

/** The table of migration 0012: nobody but this store uses it. */
type NoticeTables = {
  notices: {
    notice_id: string
    text: string
    level: Notice['level']
    queue: string | null
    agent_ids: string[] | null
    published_by: string
    published_at: Date
    until: Date | null
    withdrawn_by: string | null
    withdrawn_at: Date | null
  }
}

/** Notices in PostgreSQL. */
export class NoticeStore {
  readonly #db: Kysely<DatabaseSchema & NoticeTables>

  constructor({ db }: { db: Database }) {
    this.#db = db.withTables<NoticeTables>()
  }

  async save({ noticeId, text, level, queue, agentIds, by, publishedAt, until }: Notice): Promise<void> {
    await this.#db
      .insertInto('notices')
      .values({
        notice_id: noticeId,
        text,
        level,
        queue,
        agent_ids: agentIds === null ? null : [...agentIds],
        published_by: by,
        published_at: new Date(publishedAt),
        until: until === null ? null : new Date(until),
        withdrawn_by: null,
        withdrawn_at: null,
      })
      .execute()
  }

  /** The notices in force, newest first; for one agent only those meant for that one. */
  async current(at: number, agentId?: string): Promise<Notice[]> {
    const rows = await this.#db
      .selectFrom('notices')
      .selectAll()
      .where('withdrawn_at', 'is', null)
      .where((where) => where.or([where('until', 'is', null), where('until', '>', new Date(at))]))
      .orderBy('published_at', 'desc')
      .limit(500)
      .execute()
    return rows
      .map((row) => ({
        noticeId: row.notice_id,
        text: row.text,
        level: row.level,
        queue: row.queue,
        agentIds: row.agent_ids,
        by: row.published_by,
        publishedAt: row.published_at.getTime(),
        until: row.until?.getTime() ?? null,
      }))
      .filter(({ agentIds }) => agentId === undefined || agentIds === null || agentIds.includes(agentId))
  }

  /** Returns whom it was for, or undefined when it is not in force. */
  async withdraw(noticeId: string, by: string, at: number): Promise<{ agentIds: string[] | null } | undefined> {
    const row = await this.#db
      .updateTable('notices')
      .set({ withdrawn_by: by, withdrawn_at: new Date(at) })
      .where('notice_id', '=', noticeId)
      .where('withdrawn_at', 'is', null)
      .where((where) => where.or([where('until', 'is', null), where('until', '>', new Date(at))]))
      .returning('agent_ids')
      .executeTakeFirst()
    return row && { agentIds: row.agent_ids }
  }
}
