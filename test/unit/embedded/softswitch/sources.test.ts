import { expect, test } from 'vitest'
import { type FrameSource, frameSamples, hearsTone } from '../../../../src/embedded/rtp/index.ts'
import {
  LoopSource,
  SampleSource,
  SequenceSource,
  SilenceSource,
} from '../../../../src/embedded/softswitch/media/sources.ts'
import { parseToneStream } from '../../../../src/embedded/softswitch/media/tone-stream.ts'

function frames(source: FrameSource | undefined, atMost = 50): Int16Array[] {
  const all: Int16Array[] = []
  for (let count = 0; count < atMost; count += 1) {
    const frame = new Int16Array(frameSamples)
    if (!source?.read(frame)) break
    all.push(frame)
  }
  return all
}

test('samples - the last frame is filled up with silence', () => {
  const [first, second, ...more] = frames(new SampleSource(new Int16Array(frameSamples + 10).fill(7)))

  expect([first?.[0], second?.[9], second?.[10], more.length]).toEqual([7, 7, 0, 0])
})

test('music - begins where it is and goes round', () => {
  const [frame] = frames(new LoopSource(Int16Array.from([1, 2, 3]), 2), 1)

  expect([...(frame?.subarray(0, 5) ?? [])]).toEqual([3, 1, 2, 3, 1])
})

test('a list - one sound follows the other without a beat between them', () => {
  const list = new SequenceSource([
    new SampleSource(new Int16Array(frameSamples).fill(1)),
    new SilenceSource(0),
    new SampleSource(new Int16Array(frameSamples).fill(2)),
  ])

  expect(frames(list).map((frame) => frame[0])).toEqual([1, 2])
})

test('tone_stream - cadences, several tones and loops', () => {
  const heard = frames(parseToneStream('%(40,20,440);%(20,0,800);loops=2')).map((frame) =>
    hearsTone(frame, 440) ? 440 : hearsTone(frame, 800) ? 800 : 0,
  )

  expect(heard).toEqual([440, 440, 0, 800, 440, 440, 0, 800])
  expect(frames(parseToneStream('v=-10;%(1000,4000,425);loops=-1'))).toHaveLength(50)
  expect(parseToneStream('nonsense')).toBeUndefined()
})
