import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import { LeaseSession } from './lease-session.ts'

export interface LeaseOptions {
  readonly url: string
  /** What is leased, e.g. `hotline`: one holder at a time in the whole database. */
  readonly name: string
  /** The PostgreSQL schema that has the table of leases. */
  readonly schema?: string
  /** Who asks, e.g. `host:pid`; its other connections are named by {@link connectionsOf}. */
  readonly holder: string
  readonly clock: Clock
  readonly logger: Logger
  /** Another process holds the lease now: stop driving at once. */
  readonly onLost: () => void
  /** Milliseconds without renewal after which a holder counts as frozen; 8000 when not given. */
  readonly frozenAfterMs?: number
}

/** Milliseconds between attempts to get the lease, and between renewals. */
const tryEvery = 500
const renewEvery = 1000
/**
 * A database that takes 2 s for each packet delays a renewal by 5 s; a holder is not frozen for that. One that is killed is
 * followed at once, because its connection ends with it.
 */
const frozenAfter = 8000

/**
 * One owner at a time: a session advisory lock on a connection of its own, never a pooled one. It is free the moment
 * its holder dies, and taken from one that is frozen, whose connections are ended. A database that is away takes it from
 * nobody, because nobody else could get it: the holder goes on and takes it again when the database is back, or learns
 * then that another was quicker.
 */
export class Lease {
  readonly #options: LeaseOptions
  #session: LeaseSession | undefined
  #epoch = 0
  #closed = false
  #cancelRenewal: Cancel = () => {}
  /** One at a time: a second attempt beside the first would take our own success for another's. */
  #renewing = false

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
    lease.#renewLater()
    return lease
  }

  /** Grows with every holder there ever was. */
  get epoch(): number {
    return this.#epoch
  }

  /** Gives the lease back. */
  async release(): Promise<void> {
    this.#closed = true
    this.#cancelRenewal()
    await this.#session?.end()
  }

  async #tryOnce(): Promise<boolean> {
    const { frozenAfterMs = frozenAfter, logger } = this.#options
    const session = new LeaseSession(this.#options, () => this.#onSessionEnded(session))
    try {
      const taken = await session.take(frozenAfterMs)
      if (taken === undefined) {
        await session.end()
        return false
      }
      this.#session = session
      // Somebody held it in between: that process does our work, or did.
      if (this.#epoch > 0 && taken.fromAnother) this.#options.onLost()
      this.#epoch = taken.epoch
      return true
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, 'lease not to be had now')
      await session.end()
      return false
    }
  }

  /** Without waiting for the next renewal, so that it is ours again before anybody else asks. */
  #onSessionEnded(session: LeaseSession): void {
    if (this.#session !== session) return
    this.#session = undefined
    if (!this.#closed && !this.#renewing) this.#renewLater(0)
  }

  #renewLater(inMs = renewEvery): void {
    this.#cancelRenewal()
    this.#cancelRenewal = this.#options.clock.after(inMs, () => {
      this.#renewing = true
      this.#renew()
        .catch((error: unknown) => this.#options.logger.debug({ reason: messageOf(error) }, 'lease not renewed'))
        .finally(() => {
          this.#renewing = false
          if (!this.#closed) this.#renewLater(this.#session ? renewEvery : tryEvery)
        })
    })
  }

  async #renew(): Promise<void> {
    if (this.#session) {
      const session = this.#session
      const ours = await session.renew(this.#epoch).catch(async (error: unknown) => {
        // No answer in time: the lock must not be held by a connection that nobody looks at.
        if (this.#session === session) this.#session = undefined
        await session.end()
        throw error
      })
      if (!ours) this.#options.onLost()
    } else if (!(await this.#tryOnce()) && (await this.#heldByAnother())) {
      this.#options.onLost()
    }
  }

  async #heldByAnother(): Promise<boolean> {
    const session = new LeaseSession(this.#options, () => {})
    try {
      return await session.isAnothers()
    } catch {
      // The database is away: then nobody else can hold the lease either.
      return false
    } finally {
      await session.end()
    }
  }
}
