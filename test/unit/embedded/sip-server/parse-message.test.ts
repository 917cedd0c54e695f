import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMessage } from '../../../../src/embedded/sip-server/parse-message.ts'
import { header, headerValues, type SipMessage, serialise } from '../../../../src/embedded/sip-server/sip-message.ts'

const lines = [
  'INVITE sip:12345@hotline.example SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bKa',
  'From: <sip:a@192.0.2.1>;tag=1',
  'To: <sip:12345@hotline.example>',
  'Call-ID: c1',
  'CSeq: 1 INVITE',
]

const bytes = (...each: string[]) => Buffer.from([...each, '', ''].join('\r\n'), 'latin1')

function parsed(...each: string[]): SipMessage {
  const result = parseMessage(bytes(...each))
  if (result.kind !== 'message') throw new Error(result.kind === 'malformed' ? result.reason : 'noise')
  return result.message
}

test('message - lists of Via and Route are taken apart, other commas are left alone', () => {
  const message = parsed(
    ...lines.slice(0, 1),
    'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKb , SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKa',
    ...lines.slice(2),
    'Route: <sip:192.0.2.7;lr>, "a, b" <sip:192.0.2.8;lr>',
    'Subject: tax, refund',
  )

  expect(headerValues(message, 'via')).toHaveLength(2)
  expect(headerValues(message, 'route')).toEqual(['<sip:192.0.2.7;lr>', '"a, b" <sip:192.0.2.8;lr>'])
  expect(header(message, 'subject')).toBe('tax, refund')
})

test('message - a folded header is joined with one blank', () => {
  const message = parsed(...lines, 'Subject: tax', '   refund', '\tform')

  expect(header(message, 'subject')).toBe('tax refund form')
})

test('message - bytes above 127 survive, also those Unicode takes for blanks', () => {
  const name = Buffer.from([0xa0, 0x85, 0xc0, 0xff, 0xa0]).toString('latin1')

  const message = parsed(...lines, `X-Name: ${name}`)

  expect(header(message, 'x-name')).toBe(name)
  expect(serialise(message).includes(Buffer.from(name, 'latin1'))).toBe(true)
})

test('message - what follows the body of a datagram is cut off', () => {
  const result = parseMessage(Buffer.concat([bytes(...lines, 'Content-Length: 3'), Buffer.from('abcdef')]))

  expect(result).toMatchObject({ kind: 'message', message: { body: 'abc' } })
})

test('message - serialising what was parsed changes nothing', () => {
  const original = bytes(...lines, 'Content-Length: 0')

  const result = parseMessage(original)

  expect(result.kind === 'message' && serialise(result.message).equals(original)).toBe(true)
})

test('message - any bytes are parsed without a throw', () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      ...lines,
      '\r\n',
      '\r\n\r\n',
      ' ',
      '"',
      '<',
      '>',
      ';',
      ':',
      '\\',
      '\0',
      'Content-Length: 5',
      'Contact: *',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 20 }), (fragments) => {
      const result = parseMessage(Buffer.from(fragments.join('\r\n'), 'latin1'))
      if (result.kind === 'message') serialise(result.message)
    }),
    { numRuns: 2_000 },
  )
})
