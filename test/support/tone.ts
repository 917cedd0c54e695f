import { serializeWav, ToneSource } from '../../src/embedded/rtp/index.ts'

/** Samples of one tone at 8 kHz. */
export function toneOf(hertz: number, ms: number): Int16Array {
  const samples = new Int16Array(8 * ms)
  new ToneSource({ frequencies: [hertz] }).read(samples)
  return samples
}

/** The same as a WAV file. */
export function toneFile(hertz: number, ms: number): Buffer {
  return serializeWav({ channels: [toneOf(hertz, ms)] })
}
