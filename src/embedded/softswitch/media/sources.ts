import type { FrameSource } from '../../rtp/index.ts'

/** Plays samples from an offset to their end; the last frame is filled up with silence. */
export class SampleSource implements FrameSource {
  readonly #samples: Int16Array
  #position: number

  constructor(samples: Int16Array, position = 0) {
    this.#samples = samples
    this.#position = position
  }

  read(frame: Int16Array): boolean {
    if (this.#position >= this.#samples.length) return false
    const part = this.#samples.subarray(this.#position, this.#position + frame.length)
    frame.set(part)
    if (part.length < frame.length) frame.fill(0, part.length)
    this.#position += frame.length
    return true
  }
}

/** Plays samples round and round, beginning at `position`: the music everybody waiting hears the same moment of. */
export class LoopSource implements FrameSource {
  readonly #samples: Int16Array
  #position: number

  constructor(samples: Int16Array, position: number) {
    this.#samples = samples
    this.#position = position
  }

  read(frame: Int16Array): boolean {
    if (this.#samples.length === 0) return false
    for (let index = 0; index < frame.length; index += 1) {
      frame[index] = this.#samples[this.#position] ?? 0
      this.#position = (this.#position + 1) % this.#samples.length
    }
    return true
  }
}

/** Silence for `samples` samples, or for ever. */
export class SilenceSource implements FrameSource {
  #left: number

  constructor(samples = Number.POSITIVE_INFINITY) {
    this.#left = samples
  }

  read(frame: Int16Array): boolean {
    if (this.#left <= 0) return false
    frame.fill(0)
    this.#left -= frame.length
    return true
  }
}

/** One source after the other, without a beat between them. */
export class SequenceSource implements FrameSource {
  readonly #sources: FrameSource[]

  constructor(sources: readonly FrameSource[]) {
    this.#sources = [...sources]
  }

  read(frame: Int16Array): boolean {
    while (this.#sources.length > 0) {
      if (this.#sources[0]?.read(frame)) return true
      this.#sources.shift()
    }
    return false
  }
}
