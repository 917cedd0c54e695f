import type { Kysely } from 'kysely'
import type { Database, DatabaseSchema } from '../db/index.ts'
import type { Incident } from './incident.ts'

/** The tables of migration 0012: nobody but this store uses them. */
type IncidentTables = {
  incidents: {
    incident_id: string
    /** Empty for all lines. */
    line: string
    to_waiting: boolean
    announced_by: string
    announced_at: Date
    until: Date | null
  }
  incident_sounds: { incident_id: string; language: string; text: string | null; wav: Buffer }
}

/** The announcements in force, with their sounds, in PostgreSQL. */
export class IncidentStore {
  readonly #db: Kysely<DatabaseSchema & IncidentTables>

  constructor({ db }: { db: Database }) {
    this.#db = db.withTables<IncidentTables>()
  }

  async all(): Promise<Incident[]> {
    const rows = await this.#db.selectFrom('incidents').selectAll().orderBy('announced_at').execute()
    const sounds = await this.#db.selectFrom('incident_sounds').selectAll().orderBy('language').execute()
    return rows.map((row) => ({
      incidentId: row.incident_id,
      line: row.line === '' ? null : row.line,
      toWaiting: row.to_waiting,
      by: row.announced_by,
      announcedAt: row.announced_at.getTime(),
      until: row.until?.getTime() ?? null,
      sounds: sounds
        .filter(({ incident_id }) => incident_id === row.incident_id)
        .map(({ language, text, wav }) => ({ language, text, wav })),
    }))
  }

  /** Saves it instead of the one before on the same line. */
  async save({ incidentId, line, toWaiting, by, announcedAt, until, sounds }: Incident): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      await db
        .deleteFrom('incidents')
        .where('line', '=', line ?? '')
        .execute()
      await db
        .insertInto('incidents')
        .values({
          incident_id: incidentId,
          line: line ?? '',
          to_waiting: toWaiting,
          announced_by: by,
          announced_at: new Date(announcedAt),
          until: until === null ? null : new Date(until),
        })
        .execute()
      await db
        .insertInto('incident_sounds')
        .values(sounds.map((sound) => ({ incident_id: incidentId, ...sound })))
        .execute()
    })
  }

  async remove(incidentId: string): Promise<void> {
    await this.#db.deleteFrom('incidents').where('incident_id', '=', incidentId).execute()
  }
}
