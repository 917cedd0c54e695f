import type { EventLog } from '../events/index.ts'
import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import type { SwitchPort } from '../switch/switch-port.ts'
import { SoundUnusable, type Spool } from '../vault/index.ts'
import { RecordingRefused } from './errors.ts'
import type { RecordingNote } from './recording.ts'
import type { RecordingArchive } from './recording-archive.ts'

export interface RecorderOptions {
  readonly spool: Spool
  readonly archive: RecordingArchive
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds: until the switch has closed a file, between looks for what was left behind, and when a file counts as that. */
const closedAfter = 2500
const sweepEvery = 30_000
const quietFor = 15_000
/** Room that a call is begun with: ten minutes of two channels. */
const roomFor = 600 * 32_000

interface Live {
  note: RecordingNote
  readonly switchPort: SwitchPort
  /** One command at a time, in the order given. */
  work: Promise<void>
  stopped: boolean
}

/**
 * Records answered calls, from the answer to the release. Nothing here may harm a call: what fails is told as
 * `recording.failed`, and the call goes on.
 */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #live = new Map<string, Live>()
  #cancelSweep: Cancel = () => {}
  #working: Promise<void> = Promise.resolve()

  /** What an earlier process was recording. */
  readonly #found = new Map<string, RecordingNote>()

  private constructor(options: RecorderOptions) {
    this.#options = options
  }

  /** Looks what an earlier process was recording, so that it can be adopted. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const recorder = new Recorder(options)
    await recorder.#find().catch((error: unknown) => recorder.#complain('', error))
    return recorder
  }

  /** Begins to record a call, unless it is recorded already. */
  start(call: Omit<RecordingNote, 'startedAt' | 'masked'>, switchPort: SwitchPort): void {
    if (this.#live.has(call.callId)) return
    const note = { ...call, startedAt: this.#options.clock.now(), masked: false }
    const live: Live = { note, switchPort, work: Promise.resolve(), stopped: false }
    this.#live.set(call.callId, live)
    live.work = this.#begin(live).catch((error: unknown) => this.#failed(note, error))
  }

  /** A call of an earlier process: its recording, if there is one, goes on at the switch. */
  adopt(callId: string, switchPort: SwitchPort): void {
    const note = this.#found.get(callId)
    if (note) this.#live.set(callId, { note, switchPort, work: Promise.resolve(), stopped: false })
  }

  /** Masks what is said from now on; the recording's time goes on. Throws {@link RecordingRefused}. */
  async pause(callId: string, by: string): Promise<void> {
    await this.#mask(callId, true)
    this.#options.log.append('recording.paused', { callId, by })
  }

  async resume(callId: string, by: string): Promise<void> {
    await this.#mask(callId, false)
    this.#options.log.append('recording.resumed', { callId, by })
  }

  /** Whether what is said now is not recorded. */
  isPaused(callId: string): boolean {
    return this.#live.get(callId)?.note.masked ?? false
  }

  /** Whoever paused has left the call. */
  unmask(callId: string): void {
    if (!this.#live.get(callId)?.note.masked) return
    this.resume(callId, 'system').catch((error: unknown) => this.#complain(callId, error))
  }

  /** Ends the recording; a moment later it is encrypted and listed. */
  stop(callId: string): void {
    const live = this.#live.get(callId)
    if (!live || live.stopped) return
    live.stopped = true
    const { clock, log } = this.#options
    if (live.note.masked) log.append('recording.resumed', { callId, by: 'system' })
    const stoppedAt = clock.now()
    live.work = live.work
      .then(() => live.switchPort.stopRecording(live.note.legId, this.#path(callId)))
      .catch((error: unknown) => this.#complain(callId, error))
      .then(() => new Promise<void>((resolve) => clock.after(closedAfter, resolve)))
      .then(() => this.#store(live, stoppedAt))
  }

  /** Takes up what an earlier process left behind, and goes on doing so. */
  startSweeping(): void {
    this.#cancelSweep = this.#options.clock.after(quietFor, () => this.#sweepOn())
  }

  /** Waits for what is being stored. */
  async close(): Promise<void> {
    this.#cancelSweep()
    await this.#working
    this.#cancelSweep()
    const stopping = [...this.#live.values()].filter(({ stopped }) => stopped)
    await Promise.all(stopping.map(({ work }) => work))
  }

  async #find(): Promise<void> {
    const { spool } = this.#options
    for (const name of await spool.notes(prefix)) {
      const note = await spool.readNote<RecordingNote>(name)
      if (note) this.#found.set(note.callId, note)
    }
  }

  async #begin({ note, switchPort }: Live): Promise<void> {
    const { spool, log } = this.#options
    const path = await spool.prepare(fileName(note.callId), roomFor)
    await spool.writeNote(fileName(note.callId), note)
    await switchPort.startRecording(note.legId, path)
    log.append('recording.started', { callId: note.callId })
  }

  async #mask(callId: string, masked: boolean): Promise<void> {
    const live = this.#live.get(callId)
    if (!live || live.stopped) throw new RecordingRefused(`call ${callId} is not recorded`)
    if (live.note.masked === masked) {
      throw new RecordingRefused(`the recording of call ${callId} is ${masked ? 'paused already' : 'not paused'}`)
    }
    // Before the switch is asked: a second command meanwhile is refused.
    live.note = { ...live.note, masked }
    const done = live.work.then(() => live.switchPort.maskRecording(live.note.legId, this.#path(callId), masked))
    live.work = done.then(
      () => this.#options.spool.writeNote(fileName(callId), live.note),
      () => {
        live.note = { ...live.note, masked: !masked }
      },
    )
    await done
    await live.work
  }

  async #store({ note }: Live, stoppedAt: number): Promise<void> {
    const { callId, startedAt } = note
    try {
      const { durationMs } = await this.#options.archive.take(note, this.#path(callId))
      await this.#forget(callId)
      const missing = stoppedAt - startedAt - durationMs
      if (missing > Math.max(3000, durationMs / 20)) this.#tell(note, `${missing} ms of the call are missing`)
    } catch (error) {
      this.#tell(note, messageOf(error))
      await this.#putAside(note, error)
    }
    this.#live.delete(callId)
  }

  /** What is no sound today will be none tomorrow; any other fault is the disk's or the database's, and is tried again. */
  async #putAside({ callId }: RecordingNote, error: unknown): Promise<void> {
    if (!(error instanceof SoundUnusable)) return
    await this.#options.spool.putAside(fileName(callId)).catch((fault: unknown) => this.#complain(callId, fault))
  }

  /** It could not be begun: there is nothing to keep. */
  async #failed(note: RecordingNote, error: unknown): Promise<void> {
    this.#live.delete(note.callId)
    this.#tell(note, messageOf(error))
    await this.#forget(note.callId).catch((fault: unknown) => this.#complain(note.callId, fault))
  }

  async #forget(callId: string): Promise<void> {
    const { spool } = this.#options
    await spool.remove(fileName(callId))
    await spool.removeNote(fileName(callId))
  }

  #sweepOn(): void {
    this.#working = this.#sweep()
      .catch((error: unknown) => this.#options.logger.warn({ reason: messageOf(error) }, 'the spool cannot be read'))
      .then(() => {
        this.#cancelSweep = this.#options.clock.after(sweepEvery, () => this.#sweepOn())
      })
  }

  async #sweep(): Promise<void> {
    const { spool, archive, clock, logger } = this.#options
    for (const name of await spool.notes(prefix)) {
      const note = await spool.readNote<RecordingNote>(name)
      if (!note || this.#live.has(note.callId)) continue
      const changedAt = await spool.changedAt(name)
      if (changedAt !== undefined && clock.now() - changedAt < quietFor) continue
      const { callId } = note
      try {
        if (changedAt !== undefined) await archive.take(note, this.#path(callId))
        await this.#forget(callId)
        logger.warn({ callId }, 'a recording left behind was taken up')
      } catch (error) {
        if (error instanceof SoundUnusable) this.#tell(note, messageOf(error))
        else this.#complain(callId, error)
        await this.#putAside(note, error)
      }
    }
  }

  #path(callId: string): string {
    return this.#options.spool.path(fileName(callId))
  }

  #tell({ callId, line }: RecordingNote, reason: string): void {
    this.#options.logger.error({ callId, reason }, 'a call could not be recorded as it should')
    this.#options.log.append('recording.failed', { callId, line, reason })
  }

  #complain(callId: string, error: unknown): void {
    this.#options.logger.warn({ callId, reason: messageOf(error) }, 'a step of a recording failed')
  }
}

const prefix = 'recording-'
const fileName = (callId: string) => `${prefix}${callId}.wav`
