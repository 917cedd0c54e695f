import type { EventLog } from '../events/index.ts'
import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import { SoundUnusable, type Spool } from '../vault/index.ts'
import { mayMiss, type RecordingNote } from './recording.ts'
import type { RecordingArchive } from './recording-archive.ts'

export interface RecordingIntakeOptions {
  readonly spool: Spool
  readonly archive: RecordingArchive
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds: between looks for what was left behind, and when a file counts as that. */
const sweepEvery = 30_000
const quietFor = 15_000

/**
 * Brings recordings from the spool into the archive: at the end of their call, or later, when the database was away or the
 * process that made them is gone. What is lost, and only that, is told as `recording.failed`; what cannot be stored for longer than
 * one look, as `recording.delayed`; a call that was over before anything could be recorded, as `recording.omitted`.
 */
export class RecordingIntake {
  readonly #options: RecordingIntakeOptions
  /** Whole recordings that could not be stored yet, and whether that was told. */
  readonly #delayed = new Map<string, { readonly told: boolean }>()
  #cancelSweep: Cancel = () => {}
  #sweeping: Promise<void> = Promise.resolve()

  constructor(options: RecordingIntakeOptions) {
    this.#options = options
  }

  /**
   * Stores a recording that nobody writes any more, and clears the spool of it. What is no sound today will be none tomorrow;
   * any other fault is the disk's or the database's, and the recording stays for the next look. Never rejects.
   */
  async take(note: RecordingNote): Promise<void> {
    const { archive, spool } = this.#options
    try {
      const { durationMs } = await archive.take(note, spool.path(recordingName(note.callId)))
      await this.#stored(note, durationMs)
    } catch (error) {
      await this.#notStored(note, error).catch((fault: unknown) => this.#complain(note.callId, fault))
    }
  }

  /** There is no sound, because it could not be begun: nothing to keep. Never rejects. */
  async discard(note: RecordingNote, error: unknown): Promise<void> {
    this.#tell(note, messageOf(error))
    await this.#drop(note.callId)
  }

  /** The switch has no sound of it. That is no fault when the call was over before there could be any. Never rejects. */
  async unrecorded(note: RecordingNote, error: unknown): Promise<void> {
    const { callId, line, startedAt, endedAt = Number.POSITIVE_INFINITY } = note
    const talkedMs = Math.max(0, endedAt - startedAt)
    if (talkedMs > mayMiss) return this.discard(note, error)
    this.#delayed.delete(callId)
    this.#options.logger.info({ callId, talkedMs, reason: messageOf(error) }, 'a call was over before it was recorded')
    this.#options.log.append('recording.omitted', { callId, line, talkedMs })
    await this.#drop(callId)
  }

  /** Takes up what was left behind, and goes on doing so; what `isLive` is of a call that goes on. */
  startSweeping(isLive: (callId: string) => boolean): void {
    this.#cancelSweep = this.#options.clock.after(quietFor, () => this.#sweepOn(isLive))
  }

  /** Looks no more, and waits for the look that goes on. */
  async close(): Promise<void> {
    this.#cancelSweep()
    await this.#sweeping
    this.#cancelSweep()
  }

  #sweepOn(isLive: (callId: string) => boolean): void {
    this.#sweeping = this.#sweep(isLive)
      .catch((error: unknown) => this.#options.logger.warn({ reason: messageOf(error) }, 'the spool cannot be read'))
      .then(() => {
        this.#cancelSweep = this.#options.clock.after(sweepEvery, () => this.#sweepOn(isLive))
      })
  }

  async #sweep(isLive: (callId: string) => boolean): Promise<void> {
    const { spool, clock, logger } = this.#options
    for (const name of await spool.notes(recordingPrefix)) {
      const note = await spool.readNote<RecordingNote>(name)
      if (!note || isLive(note.callId)) continue
      const changedAt = await spool.changedAt(name)
      if (changedAt !== undefined && clock.now() - changedAt < quietFor) continue
      logger.warn({ callId: note.callId }, 'a recording was left behind: taking it up')
      // Its sound is stored, and the process ended before the note was gone.
      if (changedAt === undefined) await this.#forget(note.callId)
      else await this.take(note)
    }
  }

  async #stored(note: RecordingNote, durationMs: number): Promise<void> {
    this.#delayed.delete(note.callId)
    const { startedAt, endedAt = startedAt } = note
    const missing = endedAt - startedAt - durationMs
    try {
      await this.#forget(note.callId)
    } catch (fault) {
      return this.#complain(note.callId, fault)
    }
    if (missing > Math.max(mayMiss, durationMs / 20)) this.#tell(note, `${missing} ms of the call are missing`)
  }

  async #notStored(note: RecordingNote, error: unknown): Promise<void> {
    const { spool } = this.#options
    const name = recordingName(note.callId)
    if (error instanceof SoundUnusable) {
      this.#tell(note, messageOf(error))
      return spool.putAside(name)
    }
    if ((await spool.changedAt(name)) === undefined) return this.unrecorded(note, error)
    this.#delay(note, error)
    // The note that lies there does not know when the call ended.
    return spool.writeNote(name, note)
  }

  async #drop(callId: string): Promise<void> {
    await this.#forget(callId).catch((fault: unknown) => this.#complain(callId, fault))
  }

  async #forget(callId: string): Promise<void> {
    const { spool } = this.#options
    await spool.remove(recordingName(callId))
    await spool.removeNote(recordingName(callId))
  }

  /** Nothing is lost. A fault that is over by the next look alarms nobody; one that stays does, once for each recording. */
  #delay({ callId, line }: RecordingNote, error: unknown): void {
    this.#complain(callId, error)
    const before = this.#delayed.get(callId)
    this.#delayed.set(callId, { told: before !== undefined })
    if (before?.told === false)
      this.#options.log.append('recording.delayed', { callId, line, reason: messageOf(error) })
  }

  #tell({ callId, line }: RecordingNote, reason: string): void {
    this.#delayed.delete(callId)
    this.#options.logger.error({ callId, reason }, 'a call could not be recorded as it should')
    this.#options.log.append('recording.failed', { callId, line, reason })
  }

  #complain(callId: string, error: unknown): void {
    this.#options.logger.warn({ callId, reason: messageOf(error) }, 'a recording cannot be stored yet: trying again')
  }
}

/** Names in the spool, where messages of callers are kept too. */
export const recordingPrefix = 'recording-'
export const recordingName = (callId: string) => `${recordingPrefix}${callId}.wav`
