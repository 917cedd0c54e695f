import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import type { VoicemailStore } from './voicemail-store.ts'

export interface MessageLampsOptions {
  readonly store: VoicemailStore
  /** The phones of those who are logged in, and the queues each serves. */
  readonly phones: () => readonly { readonly extension: string; readonly queues: readonly string[] }[]
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds: what happens together is written once, and what could not be written is tried again. */
const gatherFor = 200
const againAfter = 5000

/**
 * Tells the SIP edge what the lamp of each phone shows: the messages of all queues that the person at the phone serves. The
 * way is a table, because the edge imports nothing of the hotline and may be restarted at any time.
 */
export class MessageLamps {
  readonly #options: MessageLampsOptions
  #cancel: Cancel = () => {}
  #writing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: MessageLampsOptions) {
    this.#options = options
  }

  /** Messages or phones have changed. */
  refresh(inMs = gatherFor): void {
    if (this.#closed) return
    this.#cancel()
    this.#cancel = this.#options.clock.after(inMs, () => {
      this.#writing = this.#writing.then(() => this.#write())
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancel()
    await this.#writing
  }

  async #write(): Promise<void> {
    const { store, phones, logger } = this.#options
    try {
      const counts = await store.counts()
      await store.saveLamps(
        phones().map(({ extension, queues }) => {
          const own = queues.flatMap((queue) => counts.get(queue) ?? [])
          const sum = (key: 'waiting' | 'handled') => own.reduce((total, each) => total + each[key], 0)
          return { extension, waiting: sum('waiting'), handled: sum('handled') }
        }),
      )
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, 'message lamps are not up to date, trying again')
      this.refresh(againAfter)
    }
  }
}
