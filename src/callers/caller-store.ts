import type { Database } from '../db/index.ts'
import type { Caller } from './caller.ts'

/** The list of callers who are treated in their own way. */
export class CallerStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  async all(): Promise<Caller[]> {
    const rows = await this.#db.selectFrom('callers').selectAll().execute()
    return rows.map(({ set_by: setBy, set_at, until, ...row }) => ({
      ...row,
      setBy,
      setAt: set_at.getTime(),
      until: until?.getTime() ?? null,
    }))
  }

  async save({ number, setBy, setAt, until, evidence, ...rest }: Caller): Promise<void> {
    const times = { set_at: new Date(setAt), until: until === null ? null : new Date(until) }
    const row = { ...rest, evidence: [...evidence], set_by: setBy, ...times }
    await this.#db
      .insertInto('callers')
      .values({ number, ...row })
      .onConflict((conflict) => conflict.column('number').doUpdateSet(row))
      .execute()
  }

  async remove(number: string): Promise<void> {
    await this.#db.deleteFrom('callers').where('number', '=', number).execute()
  }
}
