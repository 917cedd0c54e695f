import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EslCommand, EslFramer, EslFramingError } from '../../../../src/embedded/softswitch/esl/esl-framer.ts'

const conversation = Buffer.from(
  'auth secret\n\napi status\r\n\r\n\n\nsendmsg abc\ncall-command: execute\nContent-Length: 9\n\nline\n\nend' +
    'event json ALL\n\n',
)

function lines(commands: readonly EslCommand[]): string[] {
  return commands.map((command) => command.line + (command.body === undefined ? '' : ` <${command.body}>`))
}

const whole = ['auth secret', 'api status', 'sendmsg abc <line\n\nend>', 'event json ALL']

test('framer - commands are the same wherever the network cuts them', () => {
  expect(lines(new EslFramer().push(conversation))).toEqual(whole)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: conversation.length })), (cuts) => {
      const framer = new EslFramer()
      const places = [0, ...cuts.sort((a, b) => a - b), conversation.length]
      const parts = places.slice(1).map((end, index) => conversation.subarray(places[index], end))
      expect(parts.flatMap((part) => lines(framer.push(part)))).toEqual(whole)
    }),
  )
})

test('framer - header names are read in lower case and kept as they were spelt', () => {
  const [command] = new EslFramer().push(Buffer.from('sendevent CUSTOM\nX-Colour:  dark red\nnonsense\n\n'))

  expect(command?.headers.get('x-colour')).toBe('dark red')
  expect(command?.fields).toEqual([['X-Colour', 'dark red']])
})

test.each([
  ['headers without end', Buffer.alloc(1024 * 1024 + 1, 'a')],
  ['a body larger than any', Buffer.from('api x\nContent-Length: 99999999\n\n')],
])('framer - %s end the connection', (_name, data) => {
  expect(() => new EslFramer().push(data)).toThrow(EslFramingError)
})

test.each(['-1', 'many', ''])('framer - a Content-Length of "%s" is none', (length) => {
  const commands = new EslFramer().push(Buffer.from(`api x\nContent-Length: ${length}\n\napi y\n\n`))

  expect(lines(commands)).toEqual(['api x', 'api y'])
})

test('framer - nothing a client sends makes it throw anything else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
      const framer = new EslFramer()
      for (const chunk of chunks) framer.push(Buffer.from(chunk))
    }),
  )
})
