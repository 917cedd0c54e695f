import type { Database } from '../src/db/index.ts'
import { type Clock, isBrowserPhone } from '../src/kernel/index.ts'

export interface SipAccount {
  readonly username: string
  readonly ha1Md5: string
  readonly ha1Sha256: string
}

/** Milliseconds an account is believed without asking again: a changed password takes effect after that. */
const believedFor = 30_000

/** Accounts of phones. While the database is away, phones that were seen before go on registering. */
export class AccountStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #known = new Map<string, { account: SipAccount | undefined; at: number }>()

  constructor({ db, clock }: { db: Database; clock: Clock }) {
    this.#db = db
    this.#clock = clock
  }

  async find(username: string): Promise<SipAccount | undefined> {
    if (!/^[A-Za-z0-9_.-]{1,36}$/.test(username)) return undefined
    const known = this.#known.get(username)
    // A browser's password is a new one with each page.
    const isLasting = !isBrowserPhone(username)
    if (isLasting && known?.account && this.#clock.now() - known.at < believedFor) return known.account
    try {
      const account = await this.#read(username)
      if (account) this.#known.set(username, { account, at: this.#clock.now() })
      else this.#known.delete(username)
      return account
    } catch (error) {
      if (known?.account) return known.account
      throw error
    }
  }

  /** Those of the given accounts that are good now; rejects while the database is away. */
  async goodOf(usernames: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#good().select('username').where('username', 'in', usernames).execute()
    const good = new Set(rows.map(({ username }) => username))
    for (const username of usernames) if (!good.has(username)) this.#known.delete(username)
    return good
  }

  async #read(username: string): Promise<SipAccount | undefined> {
    const row = await this.#good().selectAll().where('username', '=', username).executeTakeFirst()
    return row ? { username, ha1Md5: row.ha1_md5, ha1Sha256: row.ha1_sha256 } : undefined
  }

  /** The account of a browser's phone is good no longer than the session it was made for. */
  #good() {
    const now = new Date(this.#clock.now())
    return this.#db
      .selectFrom('sip_accounts')
      .where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', now)]))
  }
}
