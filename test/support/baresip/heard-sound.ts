import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { frameSamples, hearsTone, loudness } from '../../../src/embedded/rtp/index.ts'

/** A tone is judged over this many frames of 20 ms, and looked for this often (ms). */
const judgedFrames = 5
const lookEvery = 40
/** Quieter than this is no audio but the rounding of silence. */
const audible = 100
/** libsndfile writes a plain WAV: PCM of 16 bits, one channel, behind 44 bytes. */
const headerBytes = 44
const frameBytes = frameSamples * 2

/** What one call of a baresip hears, read from the file its module sndfile lets grow while the call goes on. */
export class HeardSound {
  readonly #path: () => string | undefined
  #isOver = false
  #firstAudioAt: number | undefined

  /** `path`: the file of now, once there is one. */
  constructor(path: () => string | undefined) {
    this.#path = path
  }

  /** Frames of 20 ms: baresip writes one for each packet. */
  get frames(): number {
    const path = this.#path()
    return path === undefined ? 0 : framesIn(path)
  }

  /** When the first sound that was not silence was found, in milliseconds since 1970. */
  get firstAudioAt(): number | undefined {
    return this.#firstAudioAt
  }

  /** Nothing more comes: `hears` gives up. */
  over(): void {
    this.#isOver = true
  }

  /** Watches for the first sound, until it came or the call is over. */
  async watch(): Promise<void> {
    const isSound = (sound: Int16Array) => loudness(sound) >= audible
    if (await this.#find(isSound, { length: 1, since: 0 })) this.#firstAudioAt = Date.now()
  }

  /** Whether a tone is heard within that time. Only what comes from now on counts. */
  hears(frequency: number, withinMs: number): Promise<boolean> {
    const isTone = (sound: Int16Array) => hearsTone(sound, frequency)
    return this.#find(isTone, { length: judgedFrames, since: this.frames, withinMs })
  }

  /** Whether a stretch of so many frames that is so comes within that time, or ever. */
  async #find(
    isSo: (sound: Int16Array) => boolean,
    { length, since, withinMs = Number.POSITIVE_INFINITY }: { length: number; since: number; withinMs?: number },
  ): Promise<boolean> {
    const end = Date.now() + withinMs
    for (let from = since; ; await pause()) {
      const until = this.frames
      if (this.#stretches({ from, until, length }).some(isSo)) return true
      if (this.#isOver || Date.now() >= end) return false
      from = Math.max(from, until - length + 1)
    }
  }

  /** Every stretch of so many frames in a row that lies between two frames. */
  #stretches({ from, until, length }: { from: number; until: number; length: number }): Int16Array[] {
    const path = this.#path()
    if (path === undefined || until - from < length) return []
    const sound = read(path, { from, until })
    const count = until - from - length + 1
    return Array.from({ length: count }, (_, n) => sound.subarray(n * frameSamples, (n + length) * frameSamples))
  }
}

function framesIn(path: string): number {
  return Math.floor(Math.max(0, statSync(path).size - headerBytes) / frameBytes)
}

function read(path: string, { from, until }: { from: number; until: number }): Int16Array {
  const bytes = Buffer.alloc((until - from) * frameBytes)
  const file = openSync(path, 'r')
  try {
    readSync(file, bytes, 0, bytes.length, headerBytes + from * frameBytes)
  } finally {
    closeSync(file)
  }
  return Int16Array.from({ length: bytes.length / 2 }, (_, n) => bytes.readInt16LE(n * 2))
}

const pause = () => new Promise((resolve) => setTimeout(resolve, lookEvery))
