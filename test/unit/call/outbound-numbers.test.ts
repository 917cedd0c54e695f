import { expect, test } from 'vitest'
import { OutboundNumbers } from '../../../src/call/index.ts'

const numbers = new OutboundNumbers({
  trunk: 'sip:10.0.0.1',
  numbers: ['1[3-9][0-9]{9}', '0[1-9][0-9]{8,10}'],
  ringFor: 30,
  outcomes: ['done'],
})

test.each([
  ['13800138000', '13800138000'],
  ['+8613800138000', '13800138000'],
  ['008613800138000', '13800138000'],
  ['013800138000', '13800138000'],
  ['02088888888', '02088888888'],
])('calls out - %s is dialled as %s', (given, dialled) => {
  expect(numbers.target(given)).toEqual({ name: dialled, extension: dialled, ringFor: 30 })
})

test.each(['110', '12366', '0085212345678', '+85212345678', 'anonymous', '13800138000;x=y', '1380013800a', ''])(
  'calls out - %j may not be called',
  (number) => {
    expect(numbers.allowed(number)).toBe(false)
    expect(() => numbers.target(number)).toThrow(expect.objectContaining({ code: 'number-refused' }))
  },
)

test('calls out - a city without a trunk calls nobody', () => {
  expect(() => new OutboundNumbers(undefined).target('13800138000')).toThrow(/no outbound trunk/)
})
