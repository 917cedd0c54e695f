import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import type { TicketDatabase, TicketTables } from '../ticket-database.ts'
import type { AuditEntry } from './audit-entry.ts'

type Row = Selectable<TicketTables['audit_entries']>

/** An entry in its place of the chain. */
interface Sealed {
  readonly position: number
  readonly hash: string
}

/** What a look through the whole chain found. */
export interface ChainReport {
  readonly ok: boolean
  readonly entries: number
  readonly unsealed: number
  /** The newest link: note it elsewhere, and a chain rewritten as a whole is found out too. */
  readonly head: Sealed | null
  readonly faults: readonly string[]
}

/** Key of the advisory lock under which one process at a time lengthens the chain. */
const sealLock = 12345_02
const batchSize = 500
const genesis = '0'.repeat(64)

/** The audit log: written with every change, and sealed into a chain of hashes soon after. */
export class AuditStore {
  readonly #db: TicketDatabase

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  async ofSubject(subject: string): Promise<AuditEntry[]> {
    const rows = await this.#db
      .selectFrom('audit_entries')
      .selectAll()
      .where('subject', '=', subject)
      .orderBy('entry_id')
      .execute()
    return rows.map(toEntry)
  }

  async add(entry: AuditEntry): Promise<void> {
    const { subject, at, actor, role, origin, action, detail } = entry
    await this.#db
      .insertInto('audit_entries')
      .values({
        subject,
        at: new Date(at),
        actor,
        role,
        origin,
        action,
        detail: JSON.stringify(detail),
        position: null,
        hash: null,
      })
      .execute()
  }

  /**
   * Gives committed entries their place: each hash covers the entry and the hash before it, so that none can be changed, taken out or put
   * in between. Done behind the back of those who write, because a chain in their transactions would make them queue.
   */
  async seal(): Promise<number> {
    return this.#db.transaction().execute(async (db) => {
      await sql`select pg_advisory_xact_lock(${sealLock})`.execute(db)
      const head = await headOf(db)
      const rows = await db
        .selectFrom('audit_entries')
        .selectAll()
        .where('position', 'is', null)
        .orderBy('entry_id')
        .limit(batchSize)
        .execute()
      const links = chain(rows, head ?? { position: 0, hash: genesis })
      await sql`
        update audit_entries set position = link.position, hash = link.hash
        from unnest(
          ${links.map(({ entryId }) => entryId)}::bigint[], ${links.map(({ position }) => position)}::bigint[],
          ${links.map(({ hash }) => hash)}::text[]
        ) as link (entry_id, position, hash)
        where audit_entries.entry_id = link.entry_id`.execute(db)
      return links.length
    })
  }

  /** Walks the chain from its beginning. `expected` is a link noted earlier, which must still be there. */
  async verify(expected?: Sealed): Promise<ChainReport> {
    const faults: string[] = []
    let before: Sealed = { position: 0, hash: genesis }
    let expectedSeen = expected === undefined
    for (;;) {
      const rows = await this.#after(before.position)
      for (const row of rows) {
        const position = before.position + 1
        if (row.position !== position)
          faults.push(`place ${position} is missing: entry ${row.entry_id} has ${row.position}`)
        if (row.hash !== hashOf(row, before.hash))
          faults.push(`entry ${row.entry_id} at place ${row.position} was changed`)
        before = { position: row.position ?? position, hash: row.hash ?? '' }
        if (before.position === expected?.position) expectedSeen = before.hash === expected.hash
      }
      if (rows.length < batchSize || faults.length > 20) break
    }
    if (!expectedSeen) faults.push(`the link ${expected?.position}:${expected?.hash} noted earlier is not in the chain`)
    const { count } = await this.#unsealed()
    const head = before.position === 0 ? null : before
    return { ok: faults.length === 0, entries: before.position, unsealed: count, head, faults }
  }

  #after(position: number): Promise<Row[]> {
    return this.#db
      .selectFrom('audit_entries')
      .selectAll()
      .where('position', '>', position)
      .orderBy('position')
      .limit(batchSize)
      .execute()
  }

  #unsealed() {
    return this.#db
      .selectFrom('audit_entries')
      .select(sql<number>`count(*)::int`.as('count'))
      .where('position', 'is', null)
      .executeTakeFirstOrThrow()
  }
}

async function headOf(db: TicketDatabase): Promise<Sealed | undefined> {
  const row = await db
    .selectFrom('audit_entries')
    .select(['position', 'hash'])
    .where('position', 'is not', null)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.position && row.hash ? { position: row.position, hash: row.hash } : undefined
}

function chain(rows: readonly Row[], head: Sealed): (Sealed & { entryId: number })[] {
  let before = head
  return rows.map((row) => {
    before = { position: before.position + 1, hash: hashOf(row, before.hash) }
    return { ...before, entryId: row.entry_id }
  })
}

function hashOf(row: Row, before: string): string {
  const { entry_id, subject, at, actor, role, origin, action, detail } = row
  const content = JSON.stringify([before, entry_id, subject, at.toISOString(), actor, role, origin, action, detail])
  return createHash('sha256').update(content).digest('hex')
}

function toEntry({ subject, at, actor, role, origin, action, detail }: Row): AuditEntry {
  return { subject, at: at.getTime(), actor, role, origin, action, detail: detail as AuditEntry['detail'] }
}

export function toHistoryView({ at, actor, role, origin, action, detail }: AuditEntry) {
  return { at: new Date(at).toISOString(), actor, role, origin, action, detail }
}
