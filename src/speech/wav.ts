import { wavHeader } from '../kernel/index.ts'

/** Mono sound; samples from -1 to 1. */
export interface Sound {
  readonly rate: number
  readonly samples: Float64Array
}

/** The rate of the telephone network (G.711). */
export const telephoneRate = 8000

/** A canonical 44-byte-header WAV file: mono, 16-bit PCM. */
export function encodeWav({ rate, samples }: Sound): Buffer {
  const data = Buffer.alloc(samples.length * 2)
  samples.forEach((sample, index) => {
    data.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32767), index * 2)
  })
  return Buffer.concat([wavHeader({ channels: 1, rate, dataLength: data.length }), data])
}

/** Reads mono 16-bit PCM and nothing else; throws a plain Error saying what it found instead. */
export function decodeWav(file: Buffer): Sound {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    throw new Error('not a WAV file')
  const format = chunk(file, 'fmt ')
  const [kind, channels, bits] = [format.readUInt16LE(0), format.readUInt16LE(2), format.readUInt16LE(14)]
  if (kind !== 1 || channels !== 1 || bits !== 16) {
    throw new Error(`format ${kind} with ${channels} channels of ${bits} bits, not mono 16-bit PCM`)
  }
  const data = chunk(file, 'data')
  const samples = new Float64Array(Math.floor(data.length / 2))
  samples.forEach((_, index) => {
    samples[index] = data.readInt16LE(index * 2) / 32768
  })
  return { rate: format.readUInt32LE(4), samples }
}

function chunk(file: Buffer, name: string): Buffer {
  for (let at = 12; at + 8 <= file.length; ) {
    const size = file.readUInt32LE(at + 4)
    if (file.toString('latin1', at, at + 4) === name) return file.subarray(at + 8, Math.min(at + 8 + size, file.length))
    at += 8 + size + (size % 2)
  }
  throw new Error(`the WAV file has no "${name.trim()}" chunk`)
}
