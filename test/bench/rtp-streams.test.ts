import { expect, test } from 'vitest'
import type { Packet } from './packet-capture.ts'
import { mostAtOnce, streamsOf } from './rtp-streams.ts'

/** A stream of a packet every 20 ms, each as late as `late` says, as it wraps around in the middle. */
function stream({ fromPort, start, late }: { fromPort: number; start: number; late: (n: number) => number }): Packet[] {
  return Array.from({ length: 100 }, (_, n) => {
    const payload = Buffer.alloc(12)
    payload.writeUInt16BE(0x8008, 0)
    payload.writeUInt16BE((65_500 + n) & 0xffff, 2)
    payload.writeUInt32BE((4_294_960_000 + n * 160) >>> 0, 4)
    payload.writeUInt32BE(7, 8)
    return { at: start + n * 20 + late(n), fromPort, toPort: 4000, payload }
  })
}

test('RTP streams - one that keeps its pace is never late and has no jitter', () => {
  const [steady] = streamsOf(stream({ fromPort: 5000, start: 1000, late: () => 0 }), { port: 4000 })

  expect(steady).toEqual({ from: 1000, to: 2980, packets: 100, worstLateMs: 0, jitterMs: 0 })
})

test('RTP streams - the latest packet counts, and jitter is that of RFC 3550', () => {
  const [uneven] = streamsOf(stream({ fromPort: 5000, start: 0, late: (n) => (n === 98 ? 7 : 0) }), { port: 4000 })

  expect(uneven?.worstLateMs).toBe(7)
  // |7|/16, and after the packet that is on time again: J + (7 - J)/16.
  expect(uneven?.jitterMs).toBeCloseTo(7 / 16 + (7 - 7 / 16) / 16)
})

test('RTP streams - what the port itself sends is not counted, and those that overlap are counted together', () => {
  const packets = [
    ...stream({ fromPort: 5000, start: 0, late: () => 0 }),
    ...stream({ fromPort: 5002, start: 1000, late: () => 0 }),
    ...stream({ fromPort: 5004, start: 2500, late: () => 0 }),
    ...stream({ fromPort: 4000, start: 0, late: () => 0 }),
  ]

  const streams = streamsOf(packets, { port: 4000 })

  expect(streams).toHaveLength(3)
  expect(mostAtOnce(streams)).toBe(2)
})
