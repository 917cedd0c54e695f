import type { Sound } from './wav.ts'

const frameMs = 10
// A frame this much below the loudest one is silence.
const silenceBelow = 10 ** (-42 / 20)
const longestPauseMs = 350
const edgeMs = 40
const speechLevel = 10 ** (-20 / 20)
const highestPeak = 10 ** (-2 / 20)

/** Speech fit to be played one piece after another: no silence around it, no long pause in it, all equally loud. */
export function tidied(sound: Sound): Sound {
  return faded(levelled(withoutLongSilences(sound)))
}

export function peakOf({ samples }: Sound): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
}

/** The same sound with its peak at `peak`. */
export function scaledTo(sound: Sound, peak: number): Sound {
  const now = peakOf(sound)
  return now === 0 ? sound : scaled(sound, peak / now)
}

function withoutLongSilences({ rate, samples }: Sound): Sound {
  const frame = Math.round((rate * frameMs) / 1000)
  const loud = loudFrames(samples, frame)
  const first = loud.indexOf(true)
  const last = loud.lastIndexOf(true)
  if (first < 0) return { rate, samples: new Float64Array(0) }

  const kept: number[] = []
  const edge = edgeMs / frameMs
  let quiet = 0
  for (let index = Math.max(0, first - edge); index <= Math.min(loud.length - 1, last + edge); index++) {
    quiet = loud[index] ? 0 : quiet + 1
    if (quiet * frameMs <= longestPauseMs) kept.push(...samples.subarray(index * frame, (index + 1) * frame))
  }
  return { rate, samples: Float64Array.from(kept) }
}

function loudFrames(samples: Float64Array, frame: number): boolean[] {
  const levels: number[] = []
  for (let at = 0; at < samples.length; at += frame) levels.push(rms(samples.subarray(at, at + frame)))
  const threshold = Math.max(...levels) * silenceBelow
  return levels.map((level) => level > threshold)
}

/** To the level of speech on a telephone line, measured where there is speech, and never into clipping. */
function levelled(sound: Sound): Sound {
  const frame = Math.round((sound.rate * frameMs) / 1000)
  const loud = loudFrames(sound.samples, frame)
  const speech = sound.samples.filter((_, index) => loud[Math.floor(index / frame)])
  const level = rms(speech)
  if (level === 0) return sound
  return scaled(sound, Math.min(speechLevel / level, highestPeak / peakOf(sound)))
}

/** Begins and ends at zero, so that pieces joined do not click. */
function faded({ rate, samples }: Sound): Sound {
  const length = Math.min(Math.round(rate * 0.005), Math.floor(samples.length / 2))
  const softened = samples.map((sample, index) => {
    const fromEdge = Math.min(index, samples.length - 1 - index)
    return fromEdge < length ? (sample * fromEdge) / length : sample
  })
  return { rate, samples: softened }
}

function scaled({ rate, samples }: Sound, factor: number): Sound {
  return { rate, samples: samples.map((sample) => sample * factor) }
}

function rms(samples: Float64Array): number {
  if (samples.length === 0) return 0
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}
