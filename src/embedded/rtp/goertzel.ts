/**
 * How loud one frequency is in `samples` at 8 kHz, as the amplitude of a sine of that frequency (0 … 32767).
 * Goertzel's recurrence: one multiplication a sample, no FFT for a single pitch.
 */
export function toneLevel(samples: Int16Array, frequency: number): number {
  if (samples.length === 0) return 0
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / 8000)
  let previous = 0
  let beforeThat = 0
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforeThat
    beforeThat = previous
    previous = current
  }
  const power = previous * previous + beforeThat * beforeThat - coefficient * previous * beforeThat
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length
}

/** Root mean square of the samples, 0 … 32767: how loud it is whatever the pitch. */
export function loudness(samples: Int16Array): number {
  if (samples.length === 0) return 0
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt(sum / samples.length)
}

/** Whether `frequency` is plainly heard, perhaps among others: at least `minimum` loud and a quarter of the energy. */
export function hearsTone(samples: Int16Array, frequency: number, minimum = 500): boolean {
  const level = toneLevel(samples, frequency)
  return level >= minimum && level / Math.SQRT2 >= 0.5 * loudness(samples)
}
