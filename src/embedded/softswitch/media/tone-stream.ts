import { type FrameSource, ToneSource } from '../../rtp/index.ts'
import { SequenceSource } from './sources.ts'

interface Tone {
  onMs: number
  offMs: number
  frequencies: number[]
}

/** An endless tone is written `loops=-1`; nobody listens longer than a day. */
const endlessLoops = 100_000

/**
 * TGML's basic form: `%(on ms,off ms,frequency,…);%(…);loops=n`, with `v=` (volume in dB) understood. Undefined when
 * nothing in it is a tone.
 */
export function parseToneStream(text: string): FrameSource | undefined {
  const tones = [...text.matchAll(/%\(([^)]*)\)/g)].map((match) => parseTone(match[1] ?? ''))
  if (tones.length === 0) return undefined
  const loops = Number(/loops=(-?\d+)/.exec(text)?.[1] ?? 1)
  const decibels = Number(/v=(-?\d+)/.exec(text)?.[1] ?? -7)
  const amplitude = Math.min(16_000, 32_767 * 10 ** (decibels / 20))
  return repeated(tones, loops < 0 ? endlessLoops : loops, amplitude)
}

function parseTone(text: string): Tone {
  const [onMs = 0, offMs = 0, ...frequencies] = text.split(',').map(Number)
  return { onMs, offMs, frequencies }
}

function repeated(tones: readonly Tone[], loops: number, amplitude: number): FrameSource {
  const [only] = tones
  if (tones.length === 1 && only !== undefined) return new ToneSource({ ...only, cycles: loops, amplitude })
  const once = (): FrameSource =>
    new SequenceSource(tones.map((tone) => new ToneSource({ ...tone, cycles: 1, amplitude })))
  let left = loops
  let current = once()
  return {
    read(frame) {
      while (!current.read(frame)) {
        left -= 1
        if (left <= 0) return false
        current = once()
      }
      return true
    },
  }
}
