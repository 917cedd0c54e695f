import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitArguments } from '../../../../src/embedded/softswitch/commands/originate.ts'
import { parseDialString } from '../../../../src/embedded/softswitch/core/dial-string.ts'

/** Arguments of originate as FreeSWITCH takes them apart: at spaces first, then the dial string. */
function dialled(text: string) {
  const [url = '', ...rest] = splitArguments(text)
  const { endpoint, variables } = parseDialString(url)
  return { endpoint, variables: Object.fromEntries(variables), rest }
}

// Each as observed on FreeSWITCH 1.10.12.
test.each([
  ['{a=1,b=2}sofia/e/sip:1@h &park()', { a: '1', b: '2' }, 'sofia/e/sip:1@h'],
  ["{a='Yi Hao',x='a,b'}sofia/e &park()", { a: 'Yi Hao', x: 'a' }, 'sofia/e'],
  ["{a='Yi\\, Hao'}sofia/e &park()", { a: 'Yi, Hao' }, 'sofia/e'],
  ["{a=\\'q\\'}sofia/e &park()", { a: 'q' }, 'sofia/e'],
  ["{^^:a='a,b':x=y}sofia/e &park()", { a: 'a,b', x: 'y' }, 'sofia/e'],
  ['{a=1}{b=2}[c=3,a=4]sofia/e &park()', { a: '4', b: '2', c: '3' }, 'sofia/e'],
])('originate - %s', (text, variables, endpoint) => {
  expect(dialled(text)).toEqual({ variables, endpoint, rest: ['&park()'] })
})

test('originate - an unquoted space breaks the dial string, which then is no endpoint', () => {
  expect(dialled('{a=Yi Hao}sofia/e &park()').endpoint).toBe('{a=Yi')
})

test('originate - nothing makes the reader throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."{}[]<>',\\^:=a &$") }), (text) => {
      dialled(text)
    }),
  )
})
