import { expect, test } from 'vitest'
import { dispatchTimes, readSip, ringingTimes, type SipPacket } from './sip-packets.ts'

const port = 5070
const edge = 5060

/** One packet as tcpdump writes it: pcap's record header, Ethernet, IPv4 with options, UDP. */
function record(text: string, { seconds, micros }: { seconds: number; micros: number }): Buffer {
  const ip = Buffer.alloc(24)
  ip.writeUInt8(0x46, 0)
  const udp = Buffer.alloc(8)
  udp.writeUInt16BE(edge, 0)
  udp.writeUInt16BE(port, 2)
  const packet = Buffer.concat([Buffer.alloc(14), ip, udp, Buffer.from(text)])
  const header = Buffer.alloc(16)
  for (const [index, value] of [seconds, micros, packet.length, packet.length].entries())
    header.writeUInt32LE(value, index * 4)
  return Buffer.concat([header, packet])
}

const invite = (at: number, user: string, callId: string): SipPacket => {
  return { at, fromPort: edge, toPort: port, method: 'INVITE', status: 0, user, callId }
}
const bye = (at: number, callId: string): SipPacket => {
  return { at, fromPort: port, toPort: edge, method: 'BYE', status: 0, user: '', callId }
}

test('a capture is read packet by packet: when, from where to where, what', () => {
  const first = 'INVITE sip:8001-ab@127.0.0.1 SIP/2.0\r\nVia: x\r\nCall-ID: one\r\n\r\n'
  const second = 'SIP/2.0 180 Ringing\r\nCall-ID: one\r\n\r\n'
  const file = Buffer.concat([
    Buffer.alloc(24),
    record(first, { seconds: 10, micros: 1500 }),
    record(second, { seconds: 11, micros: 0 }),
  ])

  expect(readSip(file)).toEqual([
    { at: 10_001.5, fromPort: edge, toPort: port, method: 'INVITE', status: 0, user: '8001-ab', callId: 'one' },
    { at: 11_000, fromPort: edge, toPort: port, method: 'SIP/2.0', status: 180, user: '', callId: 'one' },
  ])
})

test('a dispatch is from the BYE of a phone to the next INVITE at it, whatever other phones do', () => {
  const packets = [
    invite(0, 'anna', 'a1'),
    invite(1, 'ben', 'b1'),
    bye(100, 'a1'),
    bye(105, 'b1'),
    // Sent again for want of an answer.
    bye(106, 'a1'),
    invite(120, 'anna', 'a2'),
    invite(121, 'anna', 'a2'),
    invite(155, 'ben', 'b2'),
  ]

  expect(dispatchTimes(packets, { port, from: 0, to: 200 })).toEqual([20, 50])
})

test('a BYE before or after the measurement, of a citizen, or that no INVITE follows, counts for nothing', () => {
  const packets = [
    invite(0, 'anna', 'a1'),
    bye(10, 'a1'),
    invite(30, 'anna', 'a2'),
    bye(60, 'of a citizen'),
    bye(210, 'a2'),
    invite(220, 'anna', 'a3'),
    bye(230, 'a3'),
  ]

  expect(dispatchTimes(packets, { port, from: 20, to: 200 })).toEqual([])
})

test('a phone rings when it first says so, however often that is heard', () => {
  const says = (at: number, status: number, callId: string, fromPort = port): SipPacket => {
    return { at, fromPort, toPort: edge, method: 'SIP/2.0', status, user: '', callId }
  }
  const packets = [says(1, 100, 'a'), says(2, 180, 'a'), says(3, 180, 'a', edge), says(4, 180, 'a'), says(9, 180, 'b')]

  expect(ringingTimes(packets, { port })).toEqual([2, 9])
})
