import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import type { Closing } from './calendar.ts'
import { CalendarNotClosed, ClosingEndsInPast } from './errors.ts'
import type { HoursFacts } from './hours-facts.ts'

/** Where closings outlive the process. */
export interface ClosingKeeper {
  closings(): Promise<readonly Closing[]>
  saveClosing(closing: Closing): Promise<void>
  removeClosing(calendarId: string): Promise<void>
}

/** Milliseconds: between attempts to save while the database is away, and the longest a timer can be set for at once. */
const saveAgainAfter = 5_000
const longestWait = 24 * 60 * 60 * 1000

/**
 * Calendars closed by command. A command takes effect in memory and in the log at once and is saved behind the caller's
 * back, again and again until the database has it: whoever closes a hotline does not wait for a database.
 */
export class EmergencyClosings {
  readonly #keeper: ClosingKeeper
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #facts: HoursFacts
  readonly #closings: Map<string, Closing>
  /** What the database does not know yet; null: that the calendar is open. */
  readonly #unsaved = new Map<string, Closing | null>()
  #saving: Promise<void> = Promise.resolve()
  #busy = false
  #cancelExpiry: Cancel = () => {}
  #cancelRetry: Cancel = () => {}

  private constructor({ keeper, clock, logger, facts, closings }: ClosingsOptions & { closings: readonly Closing[] }) {
    this.#keeper = keeper
    this.#clock = clock
    this.#logger = logger
    this.#facts = facts
    this.#closings = new Map(closings.map((closing) => [closing.calendarId, closing]))
  }

  /** Takes up the closings an earlier process left; those whose time came meanwhile are over. */
  static async open(options: ClosingsOptions): Promise<EmergencyClosings> {
    const closings = new EmergencyClosings({ ...options, closings: await options.keeper.closings() })
    closings.#endExpired()
    return closings
  }

  of(calendarId: string): Closing | null {
    return this.#closings.get(calendarId) ?? null
  }

  /** Throws {@link ClosingEndsInPast}. */
  close({ calendarId, reason, until, by }: Omit<Closing, 'closedAt'>): Closing {
    const closedAt = this.#clock.now()
    if (until !== null && until <= closedAt) {
      throw new ClosingEndsInPast(`calendar ${calendarId}: ${new Date(until).toISOString()} is over already`)
    }
    const closing = { calendarId, reason, until, by, closedAt }
    this.#closings.set(calendarId, closing)
    this.#logger.warn({ calendar: calendarId, reason, by }, 'calendar closed by command')
    this.#facts.closed({ calendarId, reason, until, by }, closedAt)
    this.#save(calendarId, closing)
    this.#endExpired()
    return closing
  }

  /** Throws {@link CalendarNotClosed}. */
  reopen({ calendarId, by }: { calendarId: string; by: string }): void {
    const closing = this.#closings.get(calendarId)
    if (!closing) throw new CalendarNotClosed(`calendar ${calendarId} is not closed by command: nothing to revoke`)
    this.#end(closing, { by, at: this.#clock.now() })
  }

  /** Sets no timer any more and waits for the attempt to save that is under way, if any. */
  async stop(): Promise<void> {
    this.#cancelExpiry()
    this.#cancelRetry()
    await this.#saving
    this.#cancelRetry()
    if (this.#unsaved.size > 0) this.#logger.error({ calendars: [...this.#unsaved.keys()] }, 'closings not saved')
  }

  #end(closing: Closing, { by, at }: { by: string | null; at: number }): void {
    const { calendarId, closedAt } = closing
    this.#closings.delete(calendarId)
    this.#logger.warn({ calendar: calendarId, by }, 'calendar reopened')
    this.#facts.reopened({ calendarId, by, closedMs: Math.max(0, at - closedAt) }, at)
    this.#save(calendarId, null)
  }

  /** Ends closings whose time has come, and comes back for the next. */
  #endExpired(): void {
    this.#cancelExpiry()
    const now = this.#clock.now()
    let wait = Number.POSITIVE_INFINITY
    for (const closing of [...this.#closings.values()]) {
      if (closing.until === null) continue
      if (closing.until <= now) this.#end(closing, { by: null, at: closing.until })
      else wait = Math.min(wait, closing.until - now)
    }
    if (wait === Number.POSITIVE_INFINITY) return
    this.#cancelExpiry = this.#clock.after(Math.min(wait, longestWait), () => this.#endExpired())
  }

  #save(calendarId: string, closing: Closing | null): void {
    this.#unsaved.set(calendarId, closing)
    this.#saveSoon()
  }

  #saveSoon(): void {
    if (this.#busy) return
    this.#cancelRetry()
    this.#busy = true
    this.#saving = this.#saveAll()
  }

  /** One after the other and always the newest, so that an older state never comes out on top. */
  async #saveAll(): Promise<void> {
    for (let next = this.#nextUnsaved(); next; next = this.#nextUnsaved()) {
      const [calendarId, closing] = next
      try {
        if (closing) await this.#keeper.saveClosing(closing)
        else await this.#keeper.removeClosing(calendarId)
      } catch (error) {
        this.#logger.error({ calendar: calendarId, reason: messageOf(error) }, 'closing not saved, trying again')
        this.#cancelRetry = this.#clock.after(saveAgainAfter, () => this.#saveSoon())
        break
      }
      if (this.#unsaved.get(calendarId) === closing) this.#unsaved.delete(calendarId)
    }
    this.#busy = false
  }

  #nextUnsaved(): readonly [string, Closing | null] | undefined {
    return this.#unsaved.entries().next().value
  }
}

export interface ClosingsOptions {
  readonly keeper: ClosingKeeper
  readonly clock: Clock
  readonly logger: Logger
  readonly facts: HoursFacts
}
