import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { wavHeader, wavHeaderLength } from '../kernel/index.ts'
import { SoundUnusable } from './errors.ts'

/** The sound in a WAV file, wherever its data lie and whatever its header says of their length. */
export interface WavSource {
  readonly channels: 1 | 2
  readonly durationMs: number
  /** Bytes as it is stored: with a header of our own. */
  readonly bytes: number
  read(): AsyncIterable<Buffer>
  /** For how long something is to be heard in it, milliseconds. */
  heardMs(): Promise<number>
}

/** Bytes in which the data of a recording have begun. */
const lookInto = 4096
const rate = 8000

/**
 * Opens a recording of a switch: WAV, 8 kHz, PCM of 16 bits. A switch that was killed leaves a header that does not know
 * the length, so what is in the file counts; that may be nothing. Throws {@link SoundUnusable}.
 */
export async function openWav(path: string): Promise<WavSource> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(lookInto), 0, lookInto, 0)
    const { channels, dataAt, declared } = findData(buffer.subarray(0, bytesRead))
    const there = size - dataAt
    const data = declared > 0 && declared < there ? declared : there
    const length = data - (data % (2 * channels))
    return {
      channels,
      durationMs: Math.round((length / (2 * channels * rate)) * 1000),
      bytes: wavHeaderLength + length,
      read: () => withHeader(path, { channels, dataAt, length }),
      heardMs: () => heardMs(path, { channels, dataAt, length }),
    }
  } finally {
    await file.close()
  }
}

interface Sound {
  readonly channels: 1 | 2
  readonly dataAt: number
  readonly length: number
}

async function* withHeader(path: string, { channels, dataAt, length }: Sound): AsyncIterable<Buffer> {
  yield wavHeader({ channels, rate, dataLength: length })
  yield* dataOf(path, { dataAt, length })
}

async function* dataOf(path: string, { dataAt, length }: Pick<Sound, 'dataAt' | 'length'>): AsyncIterable<Buffer> {
  if (length > 0) yield* createReadStream(path, { start: dataAt, end: dataAt + length - 1 })
}

/** Bytes of 20 ms of one channel, and the mean amplitude from which on they are more than the hiss of a line. */
const frameLength = 320
const audible = 100

async function heardMs(path: string, { channels, dataAt, length }: Sound): Promise<number> {
  let heard = 0
  const whole = frameLength * channels
  let pending = Buffer.alloc(0)
  for await (const piece of dataOf(path, { dataAt, length })) {
    pending = Buffer.concat([pending, piece])
    for (; pending.length >= whole; pending = pending.subarray(whole)) {
      if (meanAmplitude(pending.subarray(0, whole)) >= audible) heard += 20
    }
  }
  return heard
}

function meanAmplitude(frame: Buffer): number {
  let sum = 0
  for (let at = 0; at < frame.length; at += 2) sum += Math.abs(frame.readInt16LE(at))
  return (sum / frame.length) * 2
}

function findData(start: Buffer): { channels: 1 | 2; dataAt: number; declared: number } {
  if (start.toString('latin1', 0, 4) !== 'RIFF' || start.toString('latin1', 8, 12) !== 'WAVE') {
    throw new SoundUnusable('not a WAV file')
  }
  let channels: 1 | 2 | undefined
  for (let at = 12; at + 8 <= start.length; ) {
    const name = start.toString('latin1', at, at + 4)
    const length = start.readUInt32LE(at + 4)
    if (name === 'fmt ') channels = channelsOf(start.subarray(at + 8, at + 8 + length))
    if (name === 'data' && channels !== undefined) return { channels, dataAt: at + 8, declared: length }
    at += 8 + length + (length & 1)
  }
  throw new SoundUnusable('no sound in it')
}

function channelsOf(format: Buffer): 1 | 2 {
  if (format.length < 16) throw new SoundUnusable('its format is cut short')
  const [code, channels, hertz, bits] = [
    format.readUInt16LE(0),
    format.readUInt16LE(2),
    format.readUInt32LE(4),
    format.readUInt16LE(14),
  ]
  if (code === 1 && (channels === 1 || channels === 2) && hertz === rate && bits === 16) return channels
  throw new SoundUnusable(
    `${channels} channels of format ${code} at ${hertz} Hz: PCM of 16 bits at 8000 Hz is expected`,
  )
}
