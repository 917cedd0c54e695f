import { type FileHandle, open } from 'node:fs/promises'
import { wavHeader, wavHeaderLength } from '../../kernel/index.ts'
import { decodeG711 } from './g711.ts'

/** Sound at 8 kHz: one array of samples a channel, all of one length. */
export interface WavAudio {
  channels: readonly Int16Array[]
}

/** A file that is no WAV we can play; the message says what about it. */
class WavError extends Error {}

const formats = { pcm: 1, alaw: 6, ulaw: 7 } as const
const rate = 8000

interface Format {
  code: number
  channels: number
  bits: number
}

/** Reads RIFF/WAVE: 8 kHz, mono or stereo, PCM of 16 bits, A-law or µ-law. Chunks other than `fmt ` and `data` are skipped. */
export function parseWav(file: Buffer): WavAudio {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new WavError('not a RIFF/WAVE file')
  }
  let format: Format | undefined
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4)
    const length = file.readUInt32LE(at + 4)
    const body = file.subarray(at + 8, Math.min(at + 8 + length, file.length))
    if (name === 'fmt ') format = parseFormat(body)
    // A recorder that was killed leaves a length of zero or too much; what is there is taken.
    if (name === 'data' && format !== undefined) return split(format, length === 0 ? file.subarray(at + 8) : body)
    at += 8 + length + (length & 1)
  }
  throw new WavError('no data chunk after a fmt chunk')
}

function parseFormat(body: Buffer): Format {
  if (body.length < 16) throw new WavError('fmt chunk cut short')
  const format = { code: body.readUInt16LE(0), channels: body.readUInt16LE(2), bits: body.readUInt16LE(14) }
  const sampled = body.readUInt32LE(4)
  if (sampled !== rate) throw new WavError(`sampled at ${sampled} Hz, must be 8000 Hz`)
  if (format.channels !== 1 && format.channels !== 2) throw new WavError(`${format.channels} channels, must be 1 or 2`)
  const known =
    (format.code === formats.pcm && format.bits === 16) ||
    ((format.code === formats.alaw || format.code === formats.ulaw) && format.bits === 8)
  if (!known) throw new WavError(`format ${format.code} of ${format.bits} bits, must be PCM of 16 bits or G.711`)
  return format
}

function split(format: Format, data: Buffer): WavAudio {
  const samples = toSamples(format, data)
  if (format.channels === 1) return { channels: [samples] }
  const length = samples.length >> 1
  const left = new Int16Array(length)
  const right = new Int16Array(length)
  for (let index = 0; index < length; index += 1) {
    left[index] = samples[index * 2] ?? 0
    right[index] = samples[index * 2 + 1] ?? 0
  }
  return { channels: [left, right] }
}

function toSamples(format: Format, data: Buffer): Int16Array {
  if (format.code !== formats.pcm) {
    const samples = new Int16Array(data.length)
    decodeG711(format.code === formats.alaw ? 'alaw' : 'ulaw', data, samples)
    return samples
  }
  const samples = new Int16Array(data.length >> 1)
  for (let index = 0; index < samples.length; index += 1) samples[index] = data.readInt16LE(index * 2)
  return samples
}

/** A PCM16 WAV file of one or two channels, whole in memory. */
export function serializeWav({ channels }: WavAudio): Buffer {
  const data = interleave(channels)
  return Buffer.concat([wavHeader({ channels: channels.length, rate, dataLength: data.length }), data])
}

/** Samples of all channels in turn, as they lie in a data chunk (little-endian, as every machine Node runs on). */
function interleave(channels: readonly Int16Array[]): Buffer {
  const length = Math.max(0, ...channels.map((channel) => channel.length))
  const data = new Int16Array(length * channels.length)
  for (let number = 0; number < channels.length; number += 1) {
    const channel = channels[number]
    if (channel === undefined) continue
    for (let index = 0; index < channel.length; index += 1) data[index * channels.length + number] = channel[index] ?? 0
  }
  return Buffer.from(data.buffer)
}

/** Writes a recording as it comes, a second at a time, and puts the lengths into the header at the end. */
export class WavWriter {
  readonly #file: FileHandle
  readonly #channels: number
  #pending: Buffer[] = []
  #pendingOctets = 0
  #written = 0
  #tail: Promise<void> = Promise.resolve()
  #failure: unknown

  private constructor(file: FileHandle, channels: number) {
    this.#file = file
    this.#channels = channels
  }

  /** Creates the file anew, or adds to the end of a WAV this class wrote when `append` is set and it exists. */
  static async open(
    path: string,
    { channels, append = false }: { channels: 1 | 2; append?: boolean },
  ): Promise<WavWriter> {
    const file = await open(path, append ? 'a+' : 'w').then(async (handle) => {
      if (!append) return handle
      await handle.close()
      return await open(path, 'r+')
    })
    const writer = new WavWriter(file, channels)
    const { size } = await file.stat()
    if (size < wavHeaderLength) await file.write(wavHeader({ channels, rate, dataLength: 0 }), 0, wavHeaderLength, 0)
    writer.#written = Math.max(0, size - wavHeaderLength)
    return writer
  }

  /** Octets of sound taken so far. */
  get octets(): number {
    return this.#written + this.#pendingOctets
  }

  /** Takes one beat: an array of samples a channel. Never waits for the disk. */
  write(channels: readonly Int16Array[]): void {
    const data = interleave(channels)
    this.#pending.push(data)
    this.#pendingOctets += data.length
    if (this.#pendingOctets >= 16_000 * this.#channels) this.#flush()
  }

  #flush(): void {
    const data = Buffer.concat(this.#pending)
    const at = wavHeaderLength + this.#written
    this.#pending = []
    this.#pendingOctets = 0
    this.#written += data.length
    this.#tail = this.#tail.then(async () => {
      try {
        await this.#file.write(data, 0, data.length, at)
      } catch (failure) {
        this.#failure ??= failure
      }
    })
  }

  /** Writes what is left and the header. Rejects with the first error the disk gave. */
  async close(): Promise<void> {
    this.#flush()
    await this.#tail
    try {
      await this.#file.write(
        wavHeader({ channels: this.#channels, rate, dataLength: this.#written }),
        0,
        wavHeaderLength,
        0,
      )
    } finally {
      await this.#file.close()
    }
    if (this.#failure !== undefined) throw this.#failure
  }
}
