import { expect, test } from 'vitest'
import { apiFrame, eventFrame, replyFrame, urlEncode } from '../../../../src/embedded/softswitch/esl/esl-serialise.ts'

// As FreeSWITCH 1.10.12 answered uuid_dump.
test.each([
  ['sofia/edge/13911112222@127.0.0.1:53071', 'sofia/edge/13911112222%40127.0.0.1%3A53071'],
  ['Sun, 22 Nov 2026 03:08:01 GMT', 'Sun,%2022%20Nov%202026%2003%3A08%3A01%20GMT'],
  ['"Zhang San" <sip:1@h>;tag=f1', '%22Zhang%20San%22%20%3Csip%3A1%40h%3E%3Btag%3Df1'],
  ['v=0\r\no=- 1', 'v%3D0%0D%0Ao%3D-%201'],
  ['ARRAY::12345|:12345', 'ARRAY%3A%3A12345%7C%3A12345'],
  ['a+b%c', 'a%2Bb%25c'],
  ['张', '%E5%BC%A0'],
])('plain events - %s is written %s', (text, encoded) => {
  expect(urlEncode(text)).toBe(encoded)
})

test('frames - lengths count octets, not characters', () => {
  const event = { name: 'CUSTOM', headers: [['Who', '张']] as const, body: '三' }

  const json = eventFrame(event, 'json')
  const plain = eventFrame(event, 'plain')

  const [head = '', ...rest] = json.split('\n\n')
  const body = rest.join('\n\n')
  expect(head).toBe(`Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-json`)
  expect(JSON.parse(body)).toEqual({ Who: '张', 'Content-Length': '3', _body: '三' })
  expect(plain.endsWith('Who: %E5%BC%A0\nContent-Length: 3\n\n三')).toBe(true)
})

test('frames - a reply cannot be broken by a line end in its text', () => {
  expect(replyFrame('+OK a\n\nb', [['Job-UUID', 'x\r\ny']])).toBe(
    'Content-Type: command/reply\nReply-Text: +OK a b\nJob-UUID: x y\n\n',
  )
})

test('frames - an api command without output is answered as FreeSWITCH does', () => {
  expect(apiFrame('')).toBe('Content-Type: api/response\nContent-Length: 14\n\n-ERR no reply\n')
})
