import { promptFile, queueMusic } from '../ivr/index.ts'
import type { LegAudio } from './leg-audio.ts'

export interface TalkSoundOptions {
  /** A new way to be heard by the caller. */
  readonly newAudio: (options: { readonly occupied: boolean }) => LegAudio
  readonly promptsDir: string
}

const musicRepeats = 4

/** What the caller hears from us in a talk while nobody else is heard: music, or advice. */
export class TalkSound {
  readonly #options: TalkSoundOptions
  #audio: LegAudio | undefined
  /** Something of an earlier process may be playing. */
  #occupied = false

  constructor(options: TalkSoundOptions) {
    this.#options = options
  }

  /** The talk is one of an earlier process. */
  restored(): void {
    this.#occupied = true
  }

  played(playbackId: string): void {
    this.#audio?.played(playbackId)
  }

  /** Until `silence`. */
  music(): void {
    const { newAudio, promptsDir } = this.#options
    const file = promptFile({ promptsDir, prompt: queueMusic })
    const audio = newAudio({ occupied: this.#occupied })
    this.#occupied = false
    const play = () =>
      audio.play(
        Array.from({ length: musicRepeats }, () => file),
        play,
      )
    this.#audio?.close()
    this.#audio = audio
    play()
  }

  /** These files, and `then` follows. */
  advice(files: readonly string[], then: () => void): void {
    this.#audio?.close()
    this.#audio = this.#options.newAudio({ occupied: false })
    this.#audio.play(files, then)
  }

  silence(): void {
    this.#audio?.close()
    this.#audio = undefined
  }
}
