import { sql } from 'kysely'
import { jobSchema, type TicketDatabase } from './ticket-database.ts'

/** Small things the service remembers about itself, and the planning of its jobs. */
export class SettingsStore {
  readonly #db: TicketDatabase

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  async read(key: string): Promise<string | undefined> {
    const row = await this.#db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst()
    return row?.value
  }

  async write(key: string, value: string): Promise<void> {
    await this.#db
      .insertInto('settings')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute()
  }

  /** Plans a job for now; with a key, one that waits already is enough. */
  async plan(task: string, payload: Readonly<Record<string, string>>, key: string): Promise<void> {
    await sql`
      select ${sql.ref(`${jobSchema}.add_job`)}(${task}, ${JSON.stringify(payload)}::json, job_key => ${key})`.execute(
      this.#db,
    )
  }
}
