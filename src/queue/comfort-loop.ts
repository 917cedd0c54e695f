import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import type { LegId, SwitchPort } from '../switch/switch-port.ts'

export interface ComfortLoopOptions {
  readonly switchPort: SwitchPort
  readonly legId: LegId
  readonly clock: Clock
  readonly logger: Logger
  /** Absolute path of the music; it is played over and over. */
  readonly music: string
  readonly announceEveryMs: number
  /** Files that say position and expected wait at this moment; none = music only. */
  readonly announcement: () => readonly string[]
}

/** Copies of the music behind an announcement: one command then covers more than the pause to the next. */
const musicRepeats = 4
/** Milliseconds. */
const shortestPlayback = 1000

/**
 * What a waiting caller hears: announcement and music in one playback, renewed when the next announcement is due or
 * the playback ended by itself. One playback at a time, so there is no dead air between two and nothing is left in
 * the switch's queue that could sound into the conversation.
 */
export class ComfortLoop {
  readonly #options: ComfortLoopOptions
  #stopped = false
  #announcementDue = false
  #startedAt = 0
  #playing = ''
  #cancelTimer: Cancel = () => {}
  #cancelRetry: Cancel = () => {}

  constructor(options: ComfortLoopOptions) {
    this.#options = options
  }

  /** Begins with music; `first` is said before it, e.g. "please wait". */
  start(first: readonly string[]): void {
    this.#play(first)
    this.#scheduleAnnouncement()
  }

  /** The switch says a playback ended: by itself, or because we stopped it to say something new. */
  played(playbackId: string): void {
    if (this.#stopped || playbackId !== this.#playing) return
    const due = this.#announcementDue
    this.#announcementDue = false
    // A file that cannot be played ends at once; asking again at once would keep the switch busy with nothing.
    const tooSoon = !due && this.#options.clock.now() - this.#startedAt < shortestPlayback
    if (tooSoon) this.#cancelRetry = this.#options.clock.after(shortestPlayback, () => this.#play([]))
    else this.#play(due ? this.#options.announcement() : [])
  }

  /** After this no command follows. What plays is left playing: bridging ends it without a gap. */
  stop(): void {
    this.#stopped = true
    this.#cancelTimer()
    this.#cancelRetry()
  }

  #scheduleAnnouncement(): void {
    const { clock, announceEveryMs, switchPort, legId } = this.#options
    this.#cancelTimer = clock.after(announceEveryMs, () => {
      if (this.#stopped) return
      this.#announcementDue = true
      switchPort.stopPlaying(legId).catch((error: unknown) => this.#complain(error))
      this.#scheduleAnnouncement()
    })
  }

  #play(before: readonly string[]): void {
    if (this.#stopped) return
    const { switchPort, legId, music, clock } = this.#options
    const files = [...before, ...Array.from({ length: musicRepeats }, () => music)]
    const { playbackId, accepted } = switchPort.play(legId, files)
    this.#playing = playbackId
    this.#startedAt = clock.now()
    accepted.catch((error: unknown) => this.#complain(error))
  }

  /** The caller waits on in silence; a switch that is gone is dealt with when it is back. */
  #complain(error: unknown): void {
    this.#options.logger.warn({ legId: this.#options.legId, reason: messageOf(error) }, 'music or announcement failed')
  }
}
