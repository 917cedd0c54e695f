import type { EventLog } from '../events/index.ts'
import { type Clock, type Logger, messageOf } from '../kernel/index.ts'
import type { SwitchPort } from '../switch/switch-port.ts'
import type { Spool } from '../vault/index.ts'
import { RecordingRefused } from './errors.ts'
import { mayMiss, type RecordingNote } from './recording.ts'
import { type RecordingIntake, recordingName, recordingPrefix } from './recording-intake.ts'

/** What a switch is asked for here. */
type RecordingSwitch = Pick<SwitchPort, 'startRecording' | 'maskRecording' | 'stopRecording'>

export interface RecorderOptions {
  readonly spool: Spool
  readonly intake: RecordingIntake
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
}

/** Milliseconds until the switch has closed a file. */
const closedAfter = 2500
/** Room that a call is begun with: ten minutes of two channels. */
const roomFor = 600 * 32_000

interface Live {
  note: RecordingNote
  readonly switchPort: RecordingSwitch
  /** One command at a time, in the order given. */
  work: Promise<void>
  stopped: boolean
  /** The switch would not record it. */
  refused: boolean
  /** Called when the call ends. */
  onStop: () => void
}

/**
 * Records answered calls, from the answer to the release. Nothing here may harm a call: what fails is told as
 * `recording.failed`, and the call goes on.
 */
export class Recorder {
  readonly #options: RecorderOptions
  readonly #live = new Map<string, Live>()
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
  start(call: Omit<RecordingNote, 'startedAt' | 'endedAt' | 'masked'>, switchPort: RecordingSwitch): void {
    if (this.#live.has(call.callId)) return
    const note = { ...call, startedAt: this.#options.clock.now(), masked: false }
    const live = this.#follow(note, switchPort)
    live.work = this.#begin(live).catch((error: unknown) => {
      this.#live.delete(call.callId)
      return this.#options.intake.discard(note, error)
    })
  }

  /** A call of an earlier process: its recording, if there is one, goes on at the switch. */
  adopt(callId: string, switchPort: RecordingSwitch): void {
    const note = this.#found.get(callId)
    if (note) this.#follow(note, switchPort)
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
    live.note = { ...live.note, endedAt: clock.now() }
    live.onStop()
    live.work = live.work
      .then(() => live.switchPort.stopRecording(live.note.legId, this.#path(callId)))
      .catch((error: unknown) => this.#complain(callId, error))
      .then(() => new Promise<void>((resolve) => clock.after(closedAfter, resolve)))
      .then(() => this.#handOver(live))
  }

  /** Takes up what an earlier process left behind, and goes on doing so. */
  startSweeping(): void {
    this.#options.intake.startSweeping((callId) => this.#live.has(callId))
  }

  /** Waits for what is being stored. */
  async close(): Promise<void> {
    await this.#options.intake.close()
    const stopping = [...this.#live.values()].filter(({ stopped }) => stopped)
    await Promise.all(stopping.map(({ work }) => work))
  }

  async #find(): Promise<void> {
    const { spool } = this.#options
    for (const name of await spool.notes(recordingPrefix)) {
      const note = await spool.readNote<RecordingNote>(name)
      if (note) this.#found.set(note.callId, note)
    }
  }

  #follow(note: RecordingNote, switchPort: RecordingSwitch): Live {
    const live = { note, switchPort, work: Promise.resolve(), stopped: false, refused: false, onStop: () => {} }
    this.#live.set(note.callId, live)
    return live
  }

  async #begin(live: Live): Promise<void> {
    const { note, switchPort } = live
    const { spool, log } = this.#options
    const path = await spool.prepare(recordingName(note.callId), roomFor)
    await spool.writeNote(recordingName(note.callId), note)
    const outcome = await switchPort.startRecording(note.legId, path)
    if (outcome.kind === 'refused') return this.#onRefused(live, outcome.reason)
    log.append('recording.started', { callId: note.callId })
  }

  /** Mostly the caller has hung up, and the end of the call is told right behind: that decides whether anything is lost. */
  async #onRefused(live: Live, reason: string): Promise<void> {
    const { clock, intake } = this.#options
    live.refused = true
    if (!live.stopped) {
      await new Promise<void>((resolve) => {
        const cancel = clock.after(mayMiss, resolve)
        live.onStop = () => {
          cancel()
          resolve()
        }
      })
    }
    this.#live.delete(live.note.callId)
    await intake.unrecorded(live.note, new Error(reason))
  }

  async #mask(callId: string, masked: boolean): Promise<void> {
    const live = this.#live.get(callId)
    if (!live || live.stopped || live.refused) throw new RecordingRefused(`call ${callId} is not recorded`)
    if (live.note.masked === masked) {
      throw new RecordingRefused(`the recording of call ${callId} is ${masked ? 'paused already' : 'not paused'}`)
    }
    // Before the switch is asked: a second command meanwhile is refused.
    live.note = { ...live.note, masked }
    const done = live.work.then(() => live.switchPort.maskRecording(live.note.legId, this.#path(callId), masked))
    live.work = done.then(
      () => this.#options.spool.writeNote(recordingName(callId), live.note),
      () => {
        live.note = { ...live.note, masked: !masked }
      },
    )
    await done
    await live.work
  }

  async #handOver(live: Live): Promise<void> {
    const { callId } = live.note
    // One that could not be begun is told of already.
    if (this.#live.get(callId) !== live) return
    await this.#options.intake.take(live.note)
    this.#live.delete(callId)
  }

  #path(callId: string): string {
    return this.#options.spool.path(recordingName(callId))
  }

  #complain(callId: string, error: unknown): void {
    this.#options.logger.warn({ callId, reason: messageOf(error) }, 'a step of a recording failed')
  }
}
