import { type Cancel, type Clock, type Logger, messageOf } from '../kernel/index.ts'
import { type LegId, type SwitchPort, SwitchUnavailable } from '../switch/index.ts'

/** Milliseconds after which a stopped playback counts as ended although the switch did not say so. */
const stopLimit = 500
/** Milliseconds a playback that the switch refused counts as playing, so that nothing is asked for in a hot loop. */
const refusedPlays = 1000

interface Wanted {
  readonly files: readonly string[]
  readonly onEnded: () => void
}

/**
 * What one leg hears from us, one playback at a time. The next begins only when the switch said that the one before
 * has ended: asked for earlier, FreeSWITCH would play it inside the old one and end both by the same break.
 */
export class LegAudio {
  readonly #switch: SwitchPort
  readonly #legId: LegId
  readonly #clock: Clock
  readonly #logger: Logger
  #current: { playbackId: string; onEnded: () => void } | undefined
  #next: Wanted | undefined
  #stopping = false
  #closed = false
  #cancelStopLimit: Cancel = () => {}

  constructor({
    switchPort,
    legId,
    clock,
    logger,
    occupied,
  }: {
    switchPort: SwitchPort
    legId: LegId
    clock: Clock
    logger: Logger
    /** Something may be playing that we do not know of: it is stopped before the first playback. */
    occupied: boolean
  }) {
    this.#switch = switchPort
    this.#legId = legId
    this.#clock = clock
    this.#logger = logger
    if (occupied) this.#current = { playbackId: 'unknown', onEnded: () => {} }
  }

  /** Replaces whatever plays. `onEnded` is called when the files ended by themselves. */
  play(files: readonly string[], onEnded: () => void): void {
    if (this.#closed) return
    this.#next = { files, onEnded }
    if (this.#current) this.#stopCurrent()
    else this.#startNext()
  }

  stop(): void {
    this.#next = undefined
    if (this.#current) this.#stopCurrent()
  }

  /** Tells that the switch ended a playback. */
  played(playbackId: string): void {
    if (this.#current?.playbackId !== playbackId) return
    const { onEnded } = this.#current
    const wasStopped = this.#stopping
    this.#forgetCurrent()
    if (this.#closed) return
    if (this.#next) this.#startNext()
    else if (!wasStopped) onEnded()
  }

  /** No command to the switch from here on; what plays is left to bridging or hang-up. */
  close(): void {
    this.#closed = true
    this.#next = undefined
    this.#forgetCurrent()
  }

  #stopCurrent(): void {
    if (this.#stopping) return
    this.#stopping = true
    this.#switch.stopPlaying(this.#legId).catch((error: unknown) => this.#complain(error))
    const playbackId = this.#current?.playbackId ?? ''
    this.#cancelStopLimit = this.#clock.after(stopLimit, () => this.played(playbackId))
  }

  #startNext(): void {
    const wanted = this.#next
    if (!wanted) return
    this.#next = undefined
    const { playbackId, accepted } = this.#switch.play(this.#legId, wanted.files)
    this.#current = { playbackId, onEnded: wanted.onEnded }
    accepted.catch((error: unknown) => this.#refused(playbackId, error))
  }

  /** Nothing is played, and no `leg.played` will come: the caller goes on as if it had been. */
  #refused(playbackId: string, error: unknown): void {
    this.#complain(error)
    if (error instanceof SwitchUnavailable) return
    this.#clock.after(refusedPlays, () => this.played(playbackId))
  }

  #forgetCurrent(): void {
    this.#cancelStopLimit()
    this.#stopping = false
    this.#current = undefined
  }

  #complain(error: unknown): void {
    // A leg that is gone says so by its own event; anything else leaves the caller in silence and is worth a line.
    if (!this.#closed) this.#logger.warn({ legId: this.#legId, reason: messageOf(error) }, 'nothing could be played')
  }
}
