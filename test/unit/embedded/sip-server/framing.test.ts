import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StreamFramer } from '../../../../src/embedded/sip-server/stream-framer.ts'
import { encodeFrame, FrameDecoder, FramingError } from '../../../../src/embedded/sip-server/wire/frame-codec.ts'

/** The bytes in pieces, cut at the given places. */
function pieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => cut % whole.length))].toSorted((one, other) => one - other)
  return [0, ...at].map((start, index) => whole.subarray(start, at[index] ?? whole.length))
}

test('stream - messages come out whole wherever the stream is cut', () => {
  const messages = [
    'OPTIONS a SIP/2.0\r\nl: 4\r\n\r\nbody',
    'ACK b SIP/2.0\r\n\r\n',
    'BYE c SIP/2.0\r\nContent-Length : 0\r\n\r\n',
  ]
  const stream = Buffer.from(messages.join('\r\n\r\n'))
  fc.assert(
    fc.property(fc.array(fc.nat()), (cuts) => {
      const framer = new StreamFramer()
      const out = pieces(stream, cuts).flatMap((piece) => framer.push(piece) ?? [])
      expect(out.map(String)).toEqual(messages)
    }),
  )
})

test('stream - a keep-alive is noticed and is no message', () => {
  const framer = new StreamFramer()

  const messages = framer.push(Buffer.from('\r\n\r\n'))

  expect(messages).toEqual([])
  expect(framer.takePings()).toBe(1)
  expect(framer.takePings()).toBe(0)
})

test.each([
  ['a length that is no number', 'OPTIONS a SIP/2.0\r\nContent-Length: x\r\n\r\n'],
  ['two lengths', 'OPTIONS a SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n'],
  ['a length beyond all reason', 'OPTIONS a SIP/2.0\r\nContent-Length: 999999999\r\n\r\n'],
  ['a header without end', `OPTIONS a SIP/2.0\r\n${'X: y\r\n'.repeat(20_000)}`],
])('stream - %s ends it', (_, text) => {
  expect(new StreamFramer().push(Buffer.from(text))).toBeUndefined()
})

test('frames - they come out whole wherever the stream is cut', () => {
  const texts = ['1|ping', `2|sip||\r\nMESSAGE ${'\u00ff#'.repeat(50)}`, '3|route|invite']
  const stream = Buffer.concat(texts.map(encodeFrame))
  fc.assert(
    fc.property(fc.array(fc.nat()), (cuts) => {
      const decoder = new FrameDecoder()
      expect(pieces(stream, cuts).flatMap((piece) => decoder.push(piece))).toEqual(texts)
    }),
  )
})

test.each(['x', '#', '1a#', '12345678', '9999999#'])('frames - %j is refused', (text) => {
  expect(() => new FrameDecoder().push(Buffer.from(text))).toThrow(FramingError)
})
