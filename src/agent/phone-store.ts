import type { Database } from '../db/index.ts'

/** Phones as the SIP edge knows them. */
export class PhoneStore {
  readonly #db: Database

  constructor({ db }: { db: Database }) {
    this.#db = db
  }

  async stateOf(extension: string): Promise<'registered' | 'notRegistered' | 'unknown'> {
    const account = await this.#db
      .selectFrom('sip_accounts')
      .select('username')
      .where('username', '=', extension)
      .executeTakeFirst()
    if (!account) return 'unknown'
    const binding = await this.#db
      .selectFrom('registrations')
      .select('username')
      .where('username', '=', extension)
      .where('expires_at', '>', new Date())
      .executeTakeFirst()
    return binding ? 'registered' : 'notRegistered'
  }
}
