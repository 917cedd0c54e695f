import { type Clock, HotlineError, type Logger, messageOf } from '../../kernel/index.ts'
import type { TicketOffice } from '../office/ticket-office.ts'
import type { TicketStore } from '../office/ticket-store.ts'

const sweepEvery = 15_000
const atOnce = 200
/** Tickets woken side by side: each is a handful of round trips, and thousands may be due with the same closing hour. */
const workers = 4

/**
 * Looks for tickets whose time came and whose job did not: a job that a killed process had taken stays locked for hours. A
 * step that was done already is not done again, because the machine remembers it.
 */
export class WakeSweep {
  readonly #options: { store: TicketStore; office: TicketOffice; now: () => number; clock: Clock; logger: Logger }
  #last: number
  #cancel = () => {}
  #running: Promise<unknown> = Promise.resolve()

  /** `now` is the time tickets live in, `clock` the real one. */
  constructor(options: { store: TicketStore; office: TicketOffice; now: () => number; clock: Clock; logger: Logger }) {
    this.#options = options
    this.#last = options.now()
  }

  /** Sweeps now what was due before this start, and then every 15 s what was due at the sweep before. */
  start(): void {
    this.#running = this.sweep(this.#last)
      .catch((error: unknown) => this.#options.logger.warn({ reason: messageOf(error) }, 'sweep'))
      .finally(() => {
        this.#last = this.#options.now()
      })
    this.#cancel = this.#options.clock.after(sweepEvery, () => this.start())
  }

  async stop(): Promise<void> {
    this.#cancel()
    await this.#running
  }

  /** Does everything that was due before a moment; says how many steps that were. */
  async sweep(before: number): Promise<number> {
    let steps = 0
    for (;;) {
      const known = steps
      const due = await this.#options.store.overdueWakes(before, atOnce)
      const left = [...due]
      const worker = async () => {
        for (let ticketId = left.shift(); ticketId !== undefined; ticketId = left.shift()) {
          const done = await this.#wake(ticketId)
          steps += done
        }
      }
      await Promise.all(Array.from({ length: workers }, worker))
      // Those that refuse what is due would come again for ever.
      if (due.length < atOnce || steps === known) return steps
    }
  }

  async #wake(ticketId: string): Promise<number> {
    const { office, logger } = this.#options
    try {
      return await office.wake(ticketId)
    } catch (error) {
      // Somebody was quicker with this one; the others still wait.
      if (!(error instanceof HotlineError)) throw error
      logger.debug({ ticket: ticketId, reason: error.message }, 'ticket was changed meanwhile')
      return 0
    }
  }
}
