import type { EventLog } from '../events/index.ts'
import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import type { Vault } from '../vault/index.ts'
import type { Recording, RecordingNote } from './recording.ts'
import type { RecordingStore } from './recording-store.ts'

export interface RecordingArchiveOptions {
  readonly vault: Vault
  readonly store: RecordingStore
  readonly log: EventLog
  /** Days for which recordings of a line are kept. */
  readonly keepDays: (line: string) => number
  readonly clock: Clock
  readonly logger: Logger
}

const day = 24 * 60 * 60 * 1000
const lookEvery = 60 * 60 * 1000
const deletedAtOnce = 200

/** Recordings that are kept, and for how long: a job deletes what is over, the sound and the row. */
export class RecordingArchive {
  readonly #options: RecordingArchiveOptions
  #cancel: Cancel = () => {}
  #deleting: Promise<void> = Promise.resolve()

  constructor(options: RecordingArchiveOptions) {
    this.#options = options
  }

  /** Seals the file, lists the recording and tells of it, once. The file itself stays where it is. */
  async take(note: RecordingNote, from: string): Promise<{ durationMs: number }> {
    const { vault, store, log, keepDays } = this.#options
    const { callId, line, queue, agentId, callerNumber } = note
    const startedAt = new Date(note.startedAt)
    const file = `recordings/${startedAt.toISOString().slice(0, 10)}/${callId}.wav.sealed`
    const sound = await vault.store({ from, file })
    const keepUntil = new Date(note.startedAt + keepDays(line) * day)
    await store.add({ callId, line, queue, agentId, callerNumber, startedAt, keepUntil, ...sound })
    const { durationMs, bytes, sha256, keyId } = sound
    if (!(await log.has({ type: 'recording.stored', subject: callId }))) {
      const fact = { callId, line, queue, agentId, durationMs, bytes, sha256, keyId }
      log.append('recording.stored', { ...fact, keepUntil: keepUntil.getTime() })
    }
    return { durationMs }
  }

  /** Deletes sound and row. `by` null: its time was over. */
  async delete({ callId, file, sha256 }: Recording, by: string | null): Promise<void> {
    const { vault, store, log } = this.#options
    await vault.remove(file)
    await store.remove(callId)
    log.append('recording.deleted', { callId, sha256, by })
  }

  /** Deletes what is over, now and every hour. */
  start(): void {
    this.#deleting = this.#deleteExpired()
      .catch((error: unknown) => this.#options.logger.warn({ reason: messageOf(error) }, 'recordings not deleted yet'))
      .then(() => {
        this.#cancel = this.#options.clock.after(lookEvery, () => this.start())
      })
  }

  async close(): Promise<void> {
    this.#cancel()
    await this.#deleting
    this.#cancel()
  }

  async #deleteExpired(): Promise<void> {
    const { store, clock, logger } = this.#options
    for (;;) {
      const expired = await store.expired(new Date(clock.now()), deletedAtOnce)
      for (const recording of expired) await this.delete(recording, null)
      if (expired.length > 0) logger.info({ recordings: expired.length }, 'recordings whose time was over are deleted')
      if (expired.length < deletedAtOnce) return
    }
  }
}
