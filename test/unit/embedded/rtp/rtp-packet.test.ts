import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRtp, rtpHeaderLength, writeRtpHeader } from '../../../../src/embedded/rtp/index.ts'

function packetOf(payload: number[]): Buffer {
  const datagram = Buffer.alloc(rtpHeaderLength + payload.length)
  writeRtpHeader(datagram, {
    marker: true,
    payloadType: 8,
    sequence: 65_536 + 7,
    timestamp: 2 ** 32 + 160,
    ssrc: 0xdeadbeef,
  })
  datagram.set(payload, rtpHeaderLength)
  return datagram
}

test('RTP - a header is read as it was written, with its counters wrapped', () => {
  const packet = parseRtp(packetOf([1, 2, 3]))

  expect(packet).toMatchObject({ marker: true, payloadType: 8, sequence: 7, timestamp: 160, ssrc: 0xdeadbeef })
  expect([...(packet?.payload ?? [])]).toEqual([1, 2, 3])
})

test('RTP - contributing sources, extension and padding are no payload', () => {
  const plain = packetOf([])
  const head = Buffer.from(plain)
  head.writeUInt8(0x80 | 0x20 | 0x10 | 1, 0)
  const datagram = Buffer.concat([
    head,
    Buffer.alloc(4),
    Buffer.from([0, 0, 0, 1, 9, 9, 9, 9]),
    Buffer.from([5, 6, 0, 2]),
  ])

  expect([...(parseRtp(datagram)?.payload ?? [])]).toEqual([5, 6])
})

test.each([
  ['cut short', packetOf([]).subarray(0, 11)],
  ['version 1', Buffer.from([0x40, ...packetOf([1]).subarray(1)])],
  ['sources beyond its end', Buffer.from([0x8f, ...packetOf([1]).subarray(1)])],
  ['extension beyond its end', Buffer.from([0x90, ...packetOf([0, 0, 0xff, 0xff]).subarray(1)])],
  ['padding beyond its end', Buffer.from([0xa0, ...packetOf([200]).subarray(1)])],
  ['a padding count of zero', Buffer.from([0xa0, ...packetOf([0]).subarray(1)])],
  ['an RTCP sender report', Buffer.from([0x80, 200, ...packetOf([1]).subarray(2)])],
])('RTP - a datagram with %s is no packet', (_name, datagram) => {
  expect(parseRtp(datagram)).toBeUndefined()
})

test('RTP - no datagram whatever makes the parser throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
      parseRtp(Buffer.from(octets))
    }),
  )
})
