/** Something that yields samples beat by beat. */
export interface FrameSource {
  /** Fills `frame` whole; false when the source has ended, and then `frame` is of no use. */
  read(frame: Int16Array): boolean
}

/** Cadence and pitch of a tone: `onMs` of up to two frequencies, then `offMs` of silence, `cycles` times. */
export interface ToneSpec {
  frequencies: readonly number[]
  onMs?: number
  offMs?: number
  /** How often the cadence is repeated; endless when left out. */
  cycles?: number
  /** Peak of each frequency, 0 … 32767. */
  amplitude?: number
}

const rate = 8000

/** A generator whose phase runs on between frames, so that no beat clicks. */
export class ToneSource implements FrameSource {
  readonly #steps: readonly number[]
  readonly #phases: Float64Array
  readonly #amplitude: number
  readonly #onSamples: number
  readonly #cycleSamples: number
  readonly #endAt: number
  #position = 0

  constructor({ frequencies, onMs, offMs = 0, cycles, amplitude = 8000 }: ToneSpec) {
    this.#steps = frequencies.map((frequency) => (2 * Math.PI * frequency) / rate)
    this.#phases = new Float64Array(frequencies.length)
    this.#amplitude = amplitude
    this.#onSamples = onMs === undefined ? Number.POSITIVE_INFINITY : (onMs * rate) / 1000
    this.#cycleSamples = this.#onSamples + (offMs * rate) / 1000
    this.#endAt = cycles === undefined ? Number.POSITIVE_INFINITY : this.#cycleSamples * cycles
  }

  read(frame: Int16Array): boolean {
    if (this.#position >= this.#endAt) return false
    for (let index = 0; index < frame.length; index += 1) frame[index] = this.#sample()
    return true
  }

  #sample(): number {
    const inCycle = this.#cycleSamples === Number.POSITIVE_INFINITY ? 0 : this.#position % this.#cycleSamples
    const silent = this.#position >= this.#endAt || inCycle >= this.#onSamples
    this.#position += 1
    if (silent) return 0
    let sum = 0
    for (let index = 0; index < this.#steps.length; index += 1) sum += this.#oscillate(index)
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)))
  }

  #oscillate(index: number): number {
    const phase = this.#phases[index] ?? 0
    this.#phases[index] = (phase + (this.#steps[index] ?? 0)) % (2 * Math.PI)
    return Math.sin(phase) * this.#amplitude
  }
}

const rows = [697, 770, 852, 941]
const columns = [1209, 1336, 1477, 1633]
const keypad = '123A456B789C*0#D'

/** The two frequencies of a key in the voice band (ITU-T Q.23), or undefined when it is no key. */
export function dtmfFrequencies(key: string): readonly [number, number] | undefined {
  const index = key.length === 1 ? keypad.indexOf(key.toUpperCase()) : -1
  const row = rows[index >> 2]
  const column = columns[index & 3]
  return row === undefined || column === undefined ? undefined : [row, column]
}
