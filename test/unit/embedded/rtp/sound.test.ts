import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  dtmfFrequencies,
  encodeG711,
  frameSamples,
  hearsTone,
  parseWav,
  serializeWav,
  ToneSource,
  toneLevel,
  WavWriter,
} from '../../../../src/embedded/rtp/index.ts'

function toneFrame(...frequencies: number[]): Int16Array {
  const frame = new Int16Array(frameSamples)
  new ToneSource({ frequencies }).read(frame)
  return frame
}

test('tone - a detector hears the pitch that plays and no other', () => {
  const frame = toneFrame(440)

  expect(toneLevel(frame, 440)).toBeGreaterThan(7000)
  expect(hearsTone(frame, 440)).toBe(true)
  expect(hearsTone(frame, 1000)).toBe(false)
  expect(hearsTone(new Int16Array(frameSamples), 440)).toBe(false)
})

test('tone - a cadence is on, off and over', () => {
  const source = new ToneSource({ frequencies: [425], onMs: 20, offMs: 20, cycles: 2 })
  const frame = new Int16Array(frameSamples)

  const heard: string[] = []
  while (source.read(frame)) heard.push(hearsTone(frame, 425) ? 'on' : 'off')

  expect(heard).toEqual(['on', 'off', 'on', 'off'])
})

test('tone - a key is its row and its column', () => {
  expect([dtmfFrequencies('1'), dtmfFrequencies('#'), dtmfFrequencies('D'), dtmfFrequencies('x')]).toEqual([
    [697, 1209],
    [941, 1477],
    [941, 1633],
    undefined,
  ])
})

test('WAV - mono and stereo come back as they were written', () => {
  const left = Int16Array.from([1, -2, 3])
  const right = Int16Array.from([-4, 5, -6])

  expect(parseWav(serializeWav({ channels: [left] })).channels).toEqual([left])
  expect(parseWav(serializeWav({ channels: [left, right] })).channels).toEqual([left, right])
})

test('WAV - A-law is decoded, unknown chunks are passed over', () => {
  const samples = Int16Array.from([8, 1008, -1008])
  const octets = new Uint8Array(3)
  encodeG711('alaw', samples, octets)
  const format = Buffer.from('666d74201000000006000100401f0000401f000001000800', 'hex')
  const chunks = Buffer.concat([
    Buffer.from('LIST\x03\0\0\0abc\0', 'latin1'),
    format,
    Buffer.from('data\x03\0\0\0', 'latin1'),
    octets,
  ])
  const file = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), chunks])

  expect([...(parseWav(file).channels[0] ?? [])]).toEqual([8, 1008, -1008])
})

test.each([
  ['text', Buffer.from('hello'), /not a RIFF/],
  ['a header without data', serializeWav({ channels: [new Int16Array(1)] }).subarray(0, 36), /no data chunk/],
])('WAV - %s is refused with the reason', (_name, file, reason) => {
  expect(() => parseWav(file)).toThrow(reason)
})

test('WAV - a recording is a whole file once closed, and can be added to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yihao-wav-'))
  const path = join(folder, 'voicemail.wav')

  const first = await WavWriter.open(path, { channels: 1 })
  for (let beat = 0; beat < 120; beat += 1) first.write([toneFrame(440)])
  await first.close()
  const second = await WavWriter.open(path, { channels: 1, append: true })
  second.write([toneFrame(800)])
  await second.close()

  const samples = parseWav(await readFile(path)).channels[0] ?? new Int16Array()
  expect(samples.length).toBe(121 * frameSamples)
  expect(hearsTone(samples.subarray(0, frameSamples), 440)).toBe(true)
  expect(hearsTone(samples.subarray(120 * frameSamples), 800)).toBe(true)
  await rm(folder, { recursive: true })
})
