import type { Sound } from './wav.ts'

// Zero crossings of the filter to each side: 32 keep what would alias more than 70 dB down.
const halfWidth = 32
// G.711 carries 300 to 3400 Hz; the filter is to be closed at 4000.
const passband = 0.93

/** Band-limited resampling: a Blackman-windowed sinc, evaluated for each sample that comes out. */
export function resample(sound: Sound, rate: number): Sound {
  if (sound.rate === rate) return sound
  const step = sound.rate / rate
  const cutoff = Math.min(1, 1 / step) * passband
  const reach = halfWidth / cutoff
  const samples = new Float64Array(Math.floor(sound.samples.length / step))
  for (let index = 0; index < samples.length; index++)
    samples[index] = sampleAt(sound.samples, index * step, cutoff, reach)
  return { rate, samples }
}

function sampleAt(samples: Float64Array, at: number, cutoff: number, reach: number): number {
  const last = Math.min(samples.length - 1, Math.floor(at + reach))
  let sum = 0
  for (let index = Math.max(0, Math.ceil(at - reach)); index <= last; index++) {
    const distance = index - at
    sum += (samples[index] ?? 0) * cutoff * sinc(cutoff * distance) * blackman(distance / reach)
  }
  return sum
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

function blackman(x: number): number {
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x)
}
