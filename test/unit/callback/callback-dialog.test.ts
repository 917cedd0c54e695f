import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallbackDialog } from '../../../src/callback/index.ts'

const mobile = /^1[3-9][0-9]{9}$/
const allowed = (number: string) => mobile.test(number)

function dialogWith(number: string, keys = '') {
  const dialog = new CallbackDialog({ number, allowed })
  press(dialog, keys)
  return dialog
}

/** `_` is a silence. */
function press(dialog: CallbackDialog, keys: string): void {
  for (const key of keys) dialog.take(key === '_' ? { type: 'SILENCE' } : { type: 'DIGIT', digit: key })
}

test('callback dialog - one, one: the number shown is called back', () => {
  const dialog = dialogWith('13800138000', '1')
  expect(dialog.saying()).toEqual([
    'callback-number-before',
    ...[...'13800138000'].map((digit) => `n${digit}`),
    'callback-confirm',
  ])

  press(dialog, '1')

  expect(dialog).toMatchObject({ state: 'accepted', number: '13800138000' })
})

test('callback dialog - another number is read back before it is taken', () => {
  const dialog = dialogWith('13800138000', '12' + '13900139000#')

  expect(dialog).toMatchObject({ state: 'confirming', number: '13900139000' })
  press(dialog, '1')

  expect(dialog).toMatchObject({ state: 'accepted', number: '13900139000' })
})

test('callback dialog - who shows no number that may be called is asked for one at once', () => {
  const dialog = dialogWith('anonymous', '1')

  expect(dialog.state).toBe('entering')
  press(dialog, '139*13900139000_1')

  expect(dialog).toMatchObject({ state: 'accepted', number: '13900139000' })
})

test('callback dialog - a number that may not be called is refused, the third time for good', () => {
  const dialog = dialogWith('anonymous', '1' + '0085212345678#')

  expect(dialog.state).toBe('entering')
  expect(dialog.saying()).toEqual(['callback-invalid', 'callback-enter'])
  press(dialog, '110#')
  expect(dialog.state).toBe('entering')
  press(dialog, '120#')

  expect(dialog.state).toBe('declined')
})

test('callback dialog - any other key, and silence, mean to wait on', () => {
  for (const keys of ['2', '_', '*', '13', '1_', '12_'])
    expect(dialogWith('13800138000', keys).state, keys).toBe('declined')
})

test('callback dialog - whatever is pressed, only a number that may be called is ever accepted', () => {
  const keys = fc.array(fc.constantFrom(...'0123456789*#_'), { maxLength: 80 })
  fc.assert(
    fc.property(keys, fc.constantFrom('13800138000', 'anonymous', '110'), (pressed, own) => {
      const dialog = dialogWith(own, pressed.join(''))
      if (dialog.state === 'accepted') expect(dialog.number).toMatch(mobile)
      expect(dialog.state).not.toBe('checking')
    }),
  )
})
