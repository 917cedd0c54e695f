import { newSecret } from '../../kernel/index.ts'
import { hashPassword, verifyPassword } from '../../users/password.ts'
import type { TicketDatabase } from '../ticket-database.ts'

/** A person who works for a unit. */
export interface Official {
  readonly username: string
  readonly unitId: string
}

/** Verified against when the name is unknown, so that the answer takes as long as for a wrong password. */
const nobody = hashPassword(newSecret())

/** The people of the units; those of the hotline log in there. */
export class OfficialStore {
  readonly #db: TicketDatabase

  constructor({ db }: { db: TicketDatabase }) {
    this.#db = db
  }

  /** Undefined when name or password is wrong. */
  async login(username: string, password: string): Promise<Official | undefined> {
    const row = await this.#db.selectFrom('officials').selectAll().where('username', '=', username).executeTakeFirst()
    const correct = await verifyPassword(password, row?.password_hash ?? (await nobody))
    return row && correct ? { username: row.username, unitId: row.unit_id } : undefined
  }

  /** Creates an official or sets password and unit anew. */
  async save({ username, unitId, password }: Official & { password: string }): Promise<void> {
    const row = { password_hash: await hashPassword(password), unit_id: unitId }
    await this.#db
      .insertInto('officials')
      .values({ username, ...row })
      .onConflict((conflict) => conflict.column('username').doUpdateSet(row))
      .execute()
  }
}
