import { frameSamples, WavWriter } from '../../rtp/index.ts'
import type { MediaTap } from './channel-media.ts'

export interface RecorderOptions {
  path: string
  /** Caller left, callee right; mixed into one channel otherwise. */
  stereo: boolean
  append: boolean
}

const nothing = new Int16Array(frameSamples)

/** Writes both directions of a channel to a WAV file. While masked it records silence, so that times still fit. */
export class Recorder implements MediaTap {
  readonly path: string
  readonly #writer: WavWriter
  readonly #stereo: boolean
  readonly #mixed = new Int16Array(frameSamples)
  #masked = false
  #frames = 0

  private constructor(writer: WavWriter, { path, stereo }: RecorderOptions) {
    this.path = path
    this.#writer = writer
    this.#stereo = stereo
  }

  /** Creates the file. Rejects with the error of the file system. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const { path, stereo, append } = options
    return new Recorder(await WavWriter.open(path, { channels: stereo ? 2 : 1, append }), options)
  }

  get samples(): number {
    return this.#frames * frameSamples
  }

  mask(masked: boolean): void {
    this.#masked = masked
  }

  frame(received: Int16Array, sent: Int16Array | undefined): void {
    this.#frames += 1
    const [heard, said] = this.#masked ? [nothing, nothing] : [received, sent ?? nothing]
    this.#writer.write(this.#stereo ? [heard, said] : [this.#mix(heard, said)])
  }

  #mix(heard: Int16Array, said: Int16Array): Int16Array {
    for (let index = 0; index < frameSamples; index += 1) {
      this.#mixed[index] = clip((heard[index] ?? 0) + (said[index] ?? 0))
    }
    return this.#mixed
  }

  /** Finishes the file. Rejects when something could not be written. */
  async close(): Promise<void> {
    await this.#writer.close()
  }
}

export function clip(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, sample))
}
