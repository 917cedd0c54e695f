import { type Clock, isBrowserPhone, type Logger } from '../src/kernel/index.ts'
import type { AccountStore } from './account-store.ts'
import { KeptTable } from './kept-table.ts'
import type { Binding, Location } from './location.ts'
import type { LocationStore } from './location-store.ts'

/** Milliseconds between looks; a session that is ended is told of besides. */
const lookEvery = 5000

export interface AccountWatchOptions {
  readonly accounts: Pick<AccountStore, 'goodOf'>
  readonly location: Location
  readonly store: Pick<LocationStore, 'replace'>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * The phone of an agent's browser ends with the session it was opened in: with its account goes its registration, so that no call
 * is sent to a page whose user has logged out.
 */
export class AccountWatch {
  readonly #options: AccountWatchOptions
  readonly #kept: KeptTable

  constructor(options: AccountWatchOptions) {
    const { clock, logger } = options
    this.#options = options
    this.#kept = new KeptTable({
      read: () => this.#look(),
      every: lookEvery,
      what: 'accounts of browsers',
      clock,
      logger,
    })
  }

  /** Looks now and from time to time until `close`. Never rejects. */
  start(): Promise<void> {
    return this.#kept.start()
  }

  /** Looks at once: a session was ended. Never rejects. */
  look(): Promise<void> {
    return this.#kept.look()
  }

  close(): void {
    this.#kept.close()
  }

  async #look(): Promise<void> {
    const { accounts, location } = this.#options
    const asked = location.all().filter(({ username }) => isBrowserPhone(username))
    if (asked.length === 0) return
    const good = await accounts.goodOf(asked.map(({ username }) => username))
    for (const binding of asked) if (!good.has(binding.username)) this.#end(binding)
  }

  #end(binding: Binding): void {
    const { location, store, logger } = this.#options
    const { username, contact } = binding
    // One that registered while the database was asked has an account by now.
    if (!location.of(username).includes(binding)) return
    location.remove(username, contact)
    store.replace(username, location.of(username))
    logger.info({ username, contact }, 'session over, phone unregistered')
  }
}
