import { type Sound, scaledTo, telephoneRate } from '../../src/speech/index.ts'

/** Sounds that every language shares, by the path under `ivr/prompts/` without `.wav`. */
export const sharedSounds: ReadonlyMap<string, () => Sound> = new Map([
  ['tones/beep', () => tone({ hertz: 1000, seconds: 0.4 })],
  // One second of tone, four of silence (GB/T 3380, ITU-T E.180 for China).
  ['tones/ringback', () => followedBySilence(tone({ hertz: 450, seconds: 1 }), 4)],
  ['music/queue', queueMusic],
])

const toneLevel = 10 ** (-15 / 20)
const musicLevel = 10 ** (-15 / 20)

function tone({ hertz, seconds }: { hertz: number; seconds: number }): Sound {
  const samples = new Float64Array(seconds * telephoneRate)
  const fade = 0.01 * telephoneRate
  const softened = samples.map((_, index) => {
    const edge = Math.min(1, Math.min(index, samples.length - 1 - index) / fade)
    return toneLevel * edge * Math.sin((2 * Math.PI * hertz * index) / telephoneRate)
  })
  return { rate: telephoneRate, samples: softened }
}

function followedBySilence({ rate, samples }: Sound, seconds: number): Sound {
  const longer = new Float64Array(samples.length + seconds * rate)
  longer.set(samples)
  return { rate, samples: longer }
}

const beatSeconds = 0.75
// C, A minor, F, G: each chord for two bars of four beats, its tones going up and down; MIDI note numbers.
const chords = [
  [48, 55, 60, 64, 67],
  [45, 52, 57, 60, 64],
  [41, 48, 53, 57, 60],
  [43, 50, 55, 59, 62],
] as const
const figure = [0, 1, 2, 3, 4, 3, 2, 1]
// A slow tune of few notes above: [beat, note].
const tune = [
  [0, 76],
  [3, 74],
  [4, 72],
  [8, 72],
  [11, 69],
  [12, 72],
  [16, 69],
  [19, 72],
  [20, 77],
  [24, 74],
  [27, 71],
  [28, 67],
] as const

/**
 * 24 seconds of plucked chords. Each note rings on past the end into the beginning, so that the loop has no seam.
 */
function queueMusic(): Sound {
  const length = chords.length * figure.length * beatSeconds * telephoneRate
  const samples = new Float64Array(length)
  chords.forEach((chord, bar) => {
    figure.forEach((step, beat) => {
      pluck(samples, {
        note: chord[step] ?? chord[0],
        beat: bar * figure.length + beat,
        strength: beat === 0 ? 1 : 0.7,
      })
    })
  })
  for (const [beat, note] of tune) pluck(samples, { note, beat, strength: 0.55 })
  return scaledTo({ rate: telephoneRate, samples }, musicLevel)
}

function pluck(
  samples: Float64Array,
  { note, beat, strength }: { note: number; beat: number; strength: number },
): void {
  const hertz = 440 * 2 ** ((note - 69) / 12)
  const start = Math.round(beat * beatSeconds * telephoneRate)
  for (let index = 0; index < 4 * telephoneRate; index++) {
    const seconds = index / telephoneRate
    const envelope = Math.min(1, seconds / 0.015) * Math.exp(-seconds * 1.6)
    const at = (start + index) % samples.length
    samples[at] = (samples[at] ?? 0) + strength * envelope * timbre(2 * Math.PI * hertz * seconds, seconds)
  }
}

/** A soft string: the overtones die away sooner than the note. */
function timbre(phase: number, seconds: number): number {
  return (
    Math.sin(phase) +
    0.35 * Math.exp(-2 * seconds) * Math.sin(2 * phase) +
    0.12 * Math.exp(-4 * seconds) * Math.sin(3 * phase)
  )
}
