import type { Cancel, Clock } from '../kernel/index.ts'

/** Plays to one caller, one thing at a time; what plays is stopped by the next. */
export interface CallerAudio {
  /** `onEnded` is called when the files ended by themselves, not when something else replaced them. */
  play(files: readonly string[], onEnded: () => void): void
}

export interface ComfortLoopOptions {
  readonly audio: CallerAudio
  readonly clock: Clock
  /** Absolute path of the music; it is played over and over. */
  readonly music: string
  readonly announceEveryMs: number
  /** Files that say position and expected wait at this moment; none = music only. */
  readonly announcement: () => readonly string[]
}

/** Copies of the music behind an announcement: one playback then covers more than the pause to the next. */
const musicRepeats = 4
/** Milliseconds: a file that cannot be played ends at once, and asking again at once would busy the switch. */
const shortestPlayback = 1000

/**
 * What a waiting caller hears: an announcement and music in one playback, renewed when the next announcement is due
 * or the playback ended by itself, so that there is no dead air between two.
 */
export class ComfortLoop {
  readonly #options: ComfortLoopOptions
  #stopped = false
  #startedAt = 0
  #cancelAnnouncement: Cancel = () => {}
  #cancelRetry: Cancel = () => {}

  constructor(options: ComfortLoopOptions) {
    this.#options = options
  }

  /** Begins with music; `first` is said before it, e.g. "please wait". */
  start(first: readonly string[]): void {
    this.#play(first)
    this.#scheduleAnnouncement()
  }

  /** After this nothing more is played. What plays is left playing: bridging ends it without a gap. */
  stop(): void {
    this.#stopped = true
    this.#cancelAnnouncement()
    this.#cancelRetry()
  }

  #scheduleAnnouncement(): void {
    const { clock, announceEveryMs, announcement } = this.#options
    this.#cancelAnnouncement = clock.after(announceEveryMs, () => {
      this.#play(announcement())
      this.#scheduleAnnouncement()
    })
  }

  #play(before: readonly string[]): void {
    if (this.#stopped) return
    this.#cancelRetry()
    const { audio, music, clock } = this.#options
    this.#startedAt = clock.now()
    audio.play([...before, ...Array.from({ length: musicRepeats }, () => music)], () => this.#ended())
  }

  #ended(): void {
    const { clock } = this.#options
    const soon = clock.now() - this.#startedAt < shortestPlayback
    if (soon) this.#cancelRetry = clock.after(shortestPlayback, () => this.#play([]))
    else this.#play([])
  }
}
