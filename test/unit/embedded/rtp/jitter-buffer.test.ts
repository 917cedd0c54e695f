import { expect, test } from 'vitest'
import { encodeG711, frameSamples, JitterBuffer } from '../../../../src/embedded/rtp/index.ts'

/** A payload every sample of which is `level`, exact in A-law for multiples of 16 below 512. */
function payload(level: number, length = frameSamples): Uint8Array {
  const octets = new Uint8Array(length)
  encodeG711('alaw', new Int16Array(length).fill(level), octets)
  return octets
}

/** What the buffer plays: the first sample of each frame taken, rounded to the level that was put in. */
function play(buffer: JitterBuffer, beats: number): number[] {
  const frame = new Int16Array(frameSamples)
  return Array.from({ length: beats }, () => {
    buffer.take(frame)
    return Math.floor((frame[0] ?? 0) / 16) * 16
  })
}

function bufferOf(sequences: readonly number[]): JitterBuffer {
  const buffer = new JitterBuffer()
  for (const sequence of sequences) buffer.put(sequence & 0xffff, 'alaw', payload((sequence % 20) * 16))
  return buffer
}

test('jitter buffer - packets out of order are played in order', () => {
  expect(play(bufferOf([2, 1, 4, 3]), 4)).toEqual([16, 32, 48, 64])
})

test('jitter buffer - order holds where sequence numbers wrap', () => {
  const buffer = new JitterBuffer()
  buffer.put(65_535, 'alaw', payload(16))
  buffer.put(1, 'alaw', payload(48))
  buffer.put(0, 'alaw', payload(32))

  expect(play(buffer, 3)).toEqual([16, 32, 48])
})

test('jitter buffer - a lost packet is 20 ms of silence and moves nothing after it', () => {
  const buffer = bufferOf([1, 2, 4, 5])

  expect(play(buffer, 5)).toEqual([16, 32, 0, 64, 80])
  expect(buffer.stats.lost).toBe(1)
})

test('jitter buffer - a packet that comes after its turn, or twice, is dropped', () => {
  const buffer = bufferOf([1, 2, 4, 5])
  play(buffer, 3)

  buffer.put(3, 'alaw', payload(48))
  buffer.put(4, 'alaw', payload(16))

  expect(play(buffer, 2)).toEqual([64, 80])
  expect(buffer.stats).toMatchObject({ late: 1, duplicates: 1 })
})

test('jitter buffer - a lone packet waits one beat, then plays', () => {
  expect(play(bufferOf([7]), 3)).toEqual([0, 112, 0])
})

test('jitter buffer - a far clock that runs ahead is caught up with, not queued for ever', () => {
  const buffer = bufferOf(Array.from({ length: 15 }, (_, index) => index + 1))

  expect(play(buffer, 3)).toEqual([14 * 16, 15 * 16, 0])
})

test('jitter buffer - packets of 10 and 30 ms fill frames of 20 ms', () => {
  const buffer = new JitterBuffer()
  buffer.put(1, 'alaw', payload(16, 80))
  buffer.put(2, 'alaw', payload(32, 240))
  const first = new Int16Array(frameSamples)
  const second = new Int16Array(frameSamples)

  buffer.take(first)
  buffer.take(second)

  const levels = [first[0], first[79], first[80], second[159]].map((sample) => Math.floor((sample ?? 0) / 16) * 16)
  expect(levels).toEqual([16, 16, 32, 32])
})

test('jitter buffer - sequence numbers that leap begin a new stream', () => {
  const buffer = bufferOf([1, 2])
  play(buffer, 2)

  buffer.put(30_000, 'alaw', payload(64))
  buffer.put(30_001, 'alaw', payload(80))

  expect(play(buffer, 2)).toEqual([64, 80])
})
