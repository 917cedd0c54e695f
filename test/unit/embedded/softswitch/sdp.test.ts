import { expect, test } from 'vitest'
import { answeringDirection, readSdp, writeSdp } from '../../../../src/embedded/softswitch/sip/sdp.ts'

const head = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'

test('SDP - laws in the order offered, the payload type of keys, static types without rtpmap', () => {
  const audio = readSdp(`${head}m=audio 4000 RTP/AVP 18 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n`)

  expect(audio).toMatchObject({
    address: '127.0.0.1',
    port: 4000,
    laws: ['ulaw', 'alaw'],
    eventPayloadType: 101,
    direction: 'sendrecv',
  })
})

test.each([
  ['a=sendonly', 'sendonly', 'recvonly'],
  ['a=inactive', 'inactive', 'inactive'],
  ['a=recvonly', 'recvonly', 'sendonly'],
  ['c=IN IP4 0.0.0.0', 'inactive', 'inactive'],
] as const)('SDP - a stream with %s is %s, and answered %s', (line, direction, answer) => {
  const audio = readSdp(`${head}m=audio 4000 RTP/AVP 8\r\n${line}\r\n`)

  expect(audio?.direction).toBe(direction)
  expect(answeringDirection(direction)).toBe(answer)
})

test.each([
  ['nothing', ''],
  ['no SDP', 'hello'],
  ['no address', 'v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n'],
  ['video only', `${head}m=video 4000 RTP/AVP 96\r\n`],
  ['audio refused', `${head}m=audio 0 RTP/AVP 8\r\n`],
  ['audio encrypted', `${head}m=audio 4000 RTP/SAVP 8\r\n`],
])('SDP - %s is no audio', (_name, text) => {
  expect(readSdp(text)).toBeUndefined()
})

test('SDP - an answer names every stream of the offer, those not wanted with port 0', () => {
  const offer = readSdp(`${head}m=video 4002 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 8\r\nm=text 4004 RTP/AVP 98\r\n`)

  const answer = writeSdp({
    ssrc: 1,
    address: '127.0.0.1',
    port: 5000,
    laws: ['alaw'],
    eventPayloadType: undefined,
    direction: 'sendrecv',
    sessionId: 1,
    version: 2,
    others: offer?.others,
  })

  const streams = answer.split('\r\n').filter((line) => line.startsWith('m='))
  expect(streams).toEqual(['m=video 0 RTP/AVP 96', 'm=audio 5000 RTP/AVP 8', 'm=text 0 RTP/AVP 98'])
})
