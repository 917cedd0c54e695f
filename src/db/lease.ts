import { Client } from 'pg'
import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'

export interface LeaseOptions {
  readonly url: string
  /** What is leased, e.g. `hotline`: one holder at a time in the whole database. */
  readonly name: string
  /** The PostgreSQL schema that has the table of leases. */
  readonly schema?: string
  /** Who asks, for people who look into the table. */
  readonly holder: string
  readonly clock: Clock
  readonly logger: Logger
  /** Another process holds the lease now: stop driving at once. */
  readonly onLost: () => void
}

/** Milliseconds between attempts to get the lease, and between looks whether the connection that holds it lives. */
const tryEvery = 500
const lookEvery = 1000

/**
 * One owner at a time: a session advisory lock on a connection of its own, never a pooled one. It is free the moment
 * its holder dies. A database that is away takes it from nobody, because nobody else could get it: the holder goes on
 * and takes it again when the database is back, or learns then that another was quicker.
 */
export class Lease {
  readonly #options: LeaseOptions
  #client: Client | undefined
  #epoch = 0
  #closed = false
  #cancelLook: Cancel = () => {}

  private constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** Waits until the lease is ours. */
  static async acquire(options: LeaseOptions): Promise<Lease> {
    const lease = new Lease(options)
    let told = false
    while (!(await lease.#tryOnce())) {
      if (!told) options.logger.info({ lease: options.name }, 'another process is active, standing by')
      told = true
      await new Promise<void>((resolve) => options.clock.after(tryEvery, resolve))
    }
    options.logger.info({ lease: options.name, epoch: lease.#epoch }, 'active')
    lease.#watch()
    return lease
  }

  /** Grows with every holder there ever was. */
  get epoch(): number {
    return this.#epoch
  }

  /** Gives the lease back. */
  async release(): Promise<void> {
    this.#closed = true
    this.#cancelLook()
    await this.#client?.end()
  }

  async #tryOnce(): Promise<boolean> {
    const client = this.#newClient()
    client.on('error', () => this.#forget(client))
    try {
      await client.connect()
      if (!(await this.#lock(client))) {
        await client.end()
        return false
      }
      this.#client = client
      return true
    } catch (error) {
      this.#options.logger.debug({ reason: messageOf(error) }, 'lease not to be had now')
      await client.end().catch((ending: unknown) => this.#options.logger.debug({ reason: messageOf(ending) }, 'lease'))
      return false
    }
  }

  #newClient(): Client {
    const { url, name, schema = 'public' } = this.#options
    return new Client({
      connectionString: url,
      connectionTimeoutMillis: 3000,
      query_timeout: 3000,
      keepAlive: true,
      application_name: `yihao lease ${name}`,
      options: `-c search_path=${schema}`,
    })
  }

  async #lock(client: Client): Promise<boolean> {
    const { name, holder } = this.#options
    const { rows } = await client.query<{ ours: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as ours',
      [name],
    )
    if (!rows[0]?.ours) return false
    const epochs = await client.query<{ epoch: number }>(
      `insert into leases (name, epoch, holder) values ($1, 1, $2)
       on conflict (name) do update set epoch = leases.epoch + 1, holder = $2, taken_at = now() returning epoch`,
      [name, holder],
    )
    this.#epoch = epochs.rows[0]?.epoch ?? 0
    return true
  }

  #forget(client: Client): void {
    if (this.#client === client) this.#client = undefined
  }

  /** Asks the connection for a sign of life, and takes the lease again after the database was away. */
  #watch(): void {
    this.#cancelLook = this.#options.clock.after(lookEvery, () => {
      this.#look()
        .catch((error: unknown) => this.#options.logger.debug({ reason: messageOf(error) }, 'lease not checked'))
        .finally(() => {
          if (!this.#closed) this.#watch()
        })
    })
  }

  async #look(): Promise<void> {
    if (this.#client) {
      const client = this.#client
      await client.query('select 1').catch(() => this.#forget(client))
      return
    }
    const epochBefore = this.#epoch
    if (await this.#tryOnce()) {
      // Somebody held it in between: that process does our work, or did.
      if (this.#epoch !== epochBefore + 1) this.#options.onLost()
      return
    }
    if (await this.#heldByAnother()) this.#options.onLost()
  }

  async #heldByAnother(): Promise<boolean> {
    const client = this.#newClient()
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query<{ epoch: number }>('select epoch from leases where name = $1', [
        this.#options.name,
      ])
      return (rows[0]?.epoch ?? 0) > this.#epoch
    } catch {
      // The database is away: then nobody else can hold the lease either.
      return false
    } finally {
      await client.end().catch(() => {})
    }
  }
}
