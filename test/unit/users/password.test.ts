import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from '../../../src/users/password.ts'

test('passwords - the right one is accepted, however its accents are composed, every other is not', async () => {
  const hash = await hashPassword('pässwort 密码')

  expect(await verifyPassword('pässwort 密码', hash)).toBe(true)
  expect(await verifyPassword('pa\u0308sswort 密码', hash)).toBe(true)
  for (const wrong of ['', 'pässwort', 'pässwort 密码 ', 'PÄSSWORT 密码'])
    expect(await verifyPassword(wrong, hash)).toBe(false)
})

test('passwords - the same one is kept differently each time, and is not in what is kept', async () => {
  const [first, second] = [await hashPassword('correct horse'), await hashPassword('correct horse')]

  expect(first).not.toBe(second)
  expect(first).not.toContain('correct')
})

test.each(['', 'plain', 'md5$x$y', 'scrypt$$', 'scrypt$salt$', 'scrypt$salt$short'])(
  'passwords - a record that is broken (%j) lets nobody in',
  async (record) => {
    expect(await verifyPassword('', record)).toBe(false)
    expect(await verifyPassword('x', record)).toBe(false)
  },
)
