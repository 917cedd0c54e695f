import { type FrameSource, frameSamples } from '../../rtp/index.ts'
import type { ChannelMedia, MediaBug } from './channel-media.ts'
import { clip } from './recorder.ts'

/**
 * One channel listening to another: hears what that one says and hears, and may be mixed into either direction. What
 * it hears is taken before its own voice is mixed in, so it never hears itself.
 */
export class Eavesdropper implements MediaBug, FrameSource {
  /** Its voice goes where the other's voice goes; it goes to the other's ear. */
  readonly mixed: { into: { said: boolean; heard: boolean } }
  readonly #own: ChannelMedia
  readonly #said = new Int16Array(frameSamples)
  readonly #heard = new Int16Array(frameSamples)

  constructor(own: ChannelMedia, into: { said: boolean; heard: boolean }) {
    this.#own = own
    this.mixed = { into }
  }

  received(frame: Int16Array, heard: boolean): void {
    this.#said.set(frame)
    if (heard && this.mixed.into.said) this.#mixInto(frame)
  }

  sending(frame: Int16Array, filled: boolean): void {
    if (filled) this.#heard.set(frame)
    else this.#heard.fill(0)
    if (filled && this.mixed.into.heard) this.#mixInto(frame)
  }

  read(frame: Int16Array): boolean {
    for (let index = 0; index < frameSamples; index += 1) {
      frame[index] = clip((this.#said[index] ?? 0) + (this.#heard[index] ?? 0))
    }
    return true
  }

  #mixInto(frame: Int16Array): void {
    if (!this.#own.hearing) return
    for (let index = 0; index < frameSamples; index += 1) {
      frame[index] = clip((frame[index] ?? 0) + (this.#own.received[index] ?? 0))
    }
  }
}
