import { messageOf, newId } from '../../kernel/index.ts'
import { SwitchRefused } from '../errors.ts'
import type {
  DialOutcome,
  DialRequest,
  HangupCause,
  HeardBy,
  LegId,
  Playback,
  RecordingOutcome,
  RecordRequest,
  SwitchEvent,
  SwitchPort,
  VoiceRecording,
} from '../switch-port.ts'
import { eslCommands } from './esl-commands.ts'
import { LegMoves } from './leg-moves.ts'
import { PhoneLegs } from './phone-legs.ts'
import { SwitchLink, type SwitchLinkOptions } from './switch-link.ts'

export interface FreeSwitchPortOptions extends Omit<SwitchLinkOptions, 'onEvent'> {
  /** host:port of the SIP edge, through which phones are reached. */
  readonly edge: string
}

/** Milliseconds. */
const recordingWithin = 5000
/** Longer than a switch waits for an ACK: `timer-T1X64` of dialplans/sip_profiles/edge.xml. */
const answeredWithin = 10_000

/** FreeSWITCH behind the switch port: speaks the centre's words. */
export class FreeSwitchPort implements SwitchPort {
  readonly name: string
  readonly #options: FreeSwitchPortOptions
  readonly #listeners = new Set<(event: SwitchEvent) => void>()
  readonly #link: SwitchLink
  readonly #moves: LegMoves
  readonly #phones: PhoneLegs
  /**
   * Legs being dialled, and the answer that is held back: FreeSWITCH tells of it before it parks the leg, and parking undoes
   * whatever was done with the leg in between.
   */
  readonly #answersHeld = new Map<LegId, SwitchEvent | undefined>()

  constructor(options: FreeSwitchPortOptions) {
    this.name = options.name
    this.#options = options
    this.#link = new SwitchLink({ ...options, onEvent: (event) => this.#heard(event) })
    this.#moves = new LegMoves({ link: this.#link, clock: options.clock })
    this.#phones = new PhoneLegs(options)
  }

  get connected(): boolean {
    return this.#link.connected
  }

  onEvent(listener: (event: SwitchEvent) => void): void {
    this.#listeners.add(listener)
  }

  start(): void {
    this.#link.start()
  }

  async close(): Promise<void> {
    this.#link.close()
  }

  async take(legId: LegId): Promise<void> {
    // Nothing scheduled is no error: the leg was taken before, by us or by the process we follow.
    await this.#link.api(eslCommands.cancelSchedule(legId)).catch(ignoreRefusal)
  }

  async adopt(legId: LegId): Promise<void> {
    await this.take(legId)
    await this.#link.api(eslCommands.park(legId))
  }

  async answer(legId: LegId): Promise<void> {
    // As a job: without an offer of the caller's, FreeSWITCH waits for its ACK, and everybody else would wait with it.
    await this.#link.jobDone(eslCommands.answer(legId), answeredWithin)
  }

  play(legId: LegId, files: readonly string[], options: { loop?: boolean } = {}): Playback {
    const playbackId = newId()
    const start = async () => this.#link.execute(eslCommands.playback(legId, files, options), playbackId)
    return { playbackId, accepted: start() }
  }

  record(legId: LegId, request: RecordRequest): VoiceRecording {
    const recordingId = newId()
    const start = async () => this.#link.execute(eslCommands.record(legId, request), recordingId)
    return { recordingId, accepted: start() }
  }

  async startRecording(legId: LegId, path: string): Promise<RecordingOutcome> {
    try {
      await this.#link.api(eslCommands.recordsInStereo(legId))
      // As a job: FreeSWITCH opens a file for it, and the events of everybody else would wait for that.
      await this.#link.jobDone(eslCommands.recordCall(legId, 'start', path), recordingWithin)
      return { kind: 'begun' }
    } catch (error) {
      if (error instanceof SwitchRefused) return { kind: 'refused', reason: error.message }
      throw error
    }
  }

  async maskRecording(legId: LegId, path: string, masked: boolean): Promise<void> {
    await this.#link.api(eslCommands.recordCall(legId, masked ? 'mask' : 'unmask', path))
  }

  async stopRecording(legId: LegId, path: string): Promise<void> {
    await this.#link.api(eslCommands.recordCall(legId, 'stop', path)).catch(ignoreRefusal)
  }

  async stopPlaying(legId: LegId): Promise<void> {
    await this.#link.api(eslCommands.stopPlaying(legId)).catch(ignoreRefusal)
  }

  async dial(request: DialRequest): Promise<DialOutcome> {
    const { legId, extension, timeoutSeconds } = request
    const command = eslCommands.originate(request, { profile: 'edge', edge: this.#options.edge })
    const wanted = this.#phones.beforeDialling(legId, extension)
    if (wanted && !(await wanted)) return { kind: 'failed', cause: 'ORIGINATOR_CANCEL' }
    this.#answersHeld.set(legId, undefined)
    try {
      const reply = await this.#link.hurryFor(legId, this.#link.job(command, (timeoutSeconds + 10) * 1000))
      if (!reply.startsWith('+OK')) {
        this.#phones.failed(legId)
        return { kind: 'failed', cause: reply.replace(/^-ERR\s*/, '').trim() || 'UNKNOWN' }
      }
      const answer = this.#answersHeld.get(legId)
      if (answer) this.#tell(answer)
      return { kind: 'answered' }
    } finally {
      this.#answersHeld.delete(legId)
    }
  }

  bridge(legId: LegId, otherLegId: LegId): Promise<void> {
    return this.#moves.bridge(legId, otherLegId)
  }

  park(legId: LegId): Promise<void> {
    return this.#moves.park(legId)
  }

  part(legId: LegId, otherLegId: LegId): Promise<void> {
    return this.#moves.part(legId, otherLegId)
  }

  refuseRefer(referredLegId: LegId, otherLegId: LegId, sipStatus: number): Promise<void> {
    return this.#moves.refuseRefer(referredLegId, otherLegId, sipStatus)
  }

  conference(legId: LegId, name: string): Promise<void> {
    return this.#moves.conference(legId, name)
  }

  async monitor(legId: LegId, monitoredLegId: LegId, heardBy: HeardBy): Promise<void> {
    await this.#link.api(eslCommands.monitor(legId, monitoredLegId, heardBy))
  }

  async hangUp(legId: LegId, cause: HangupCause): Promise<void> {
    this.#phones.leaves(legId)
    await this.#link.api(eslCommands.hangUp(legId, cause)).catch(ignoreRefusal)
  }

  hurry(wanted: boolean): void {
    this.#link.hurry(wanted)
  }

  #forgetRefer(legId: LegId): void {
    this.#link.api(eslCommands.forgetRefer(legId)).catch((error: unknown) => {
      this.#options.logger.warn({ legId, reason: messageOf(error) }, 'a REFER could not be forgotten')
    })
  }

  #heard(event: SwitchEvent): void {
    this.#moves.note(event)
    this.#phones.note(event)
    // Variables outlive what they say: the leg's next park must be a park again.
    if (event.type === 'leg.referred') this.#forgetRefer(event.legId)
    if (event.type === 'leg.answered' && this.#answersHeld.has(event.legId)) this.#answersHeld.set(event.legId, event)
    else this.#tell(event)
  }

  #tell(event: SwitchEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // A fault in handling one call must not cut the connection all others live on.
        this.#options.logger.error({ err: error, event: event.type }, 'an event of the switch could not be handled')
      }
    }
  }
}

/** For commands whose object may be gone already; a missing connection still throws. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof SwitchRefused)) throw error
}
