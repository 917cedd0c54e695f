import { type Cancel, type Clock, type Logger, messageOf } from '../../kernel/index.ts'
import type { AuditStore } from './audit-store.ts'

const sealEvery = 1000

/** Seals what was written, once a second. */
export class AuditSealer {
  readonly #options: { store: AuditStore; clock: Clock; logger: Logger }
  #running: Promise<void> = Promise.resolve()
  #cancel: Cancel = () => {}

  constructor(options: { store: AuditStore; clock: Clock; logger: Logger }) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.after(sealEvery, () => {
      this.#running = this.sealAll()
        .catch((error: unknown) => this.#options.logger.warn({ reason: messageOf(error) }, 'audit not sealed yet'))
        .finally(() => this.start())
    })
  }

  async sealAll(): Promise<void> {
    while ((await this.#options.store.seal()) > 0);
  }

  /** Seals the rest. */
  async stop(): Promise<void> {
    this.#cancel()
    await this.#running
    this.#cancel()
    await this.sealAll().catch((error: unknown) => {
      this.#options.logger.warn({ reason: messageOf(error) }, 'the rest of the audit is sealed at the next start')
    })
  }
}
