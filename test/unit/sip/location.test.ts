import { beforeEach, describe, expect, test } from 'vitest'
import { type Binding, Location } from '../../../sip/location.ts'
import { LocationStore } from '../../../sip/location-store.ts'
import { UserStore } from '../../../src/users/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { SetClock } from '../../support/set-clock.ts'

let clock: SetClock
let location: Location
beforeEach(() => {
  clock = new SetClock()
  location = new Location({ clock })
})

const binding = (contact: string, options: Partial<Binding> = {}): Binding => ({
  username: '1001',
  contact: `sip:1001@${contact}`,
  route: `sip:1001@${contact}`,
  callId: contact,
  cseq: 1,
  userAgent: 'phone',
  expiresAt: clock.now() + 60_000,
  ...options,
})
const contacts = (username = '1001') => location.of(username).map(({ contact }) => contact)

describe('where phones are', () => {
  test('two phones of one account are both reached, the one that came last first', () => {
    location.put(binding('desk'))
    location.put(binding('home'))

    expect(contacts()).toEqual(['sip:1001@home', 'sip:1001@desk'])
  })

  test('a phone that moved is reached at its new place only', () => {
    location.put(binding('old', { callId: 'same', cseq: 1 }))
    location.put(binding('new', { callId: 'same', cseq: 2 }))

    expect(contacts()).toEqual(['sip:1001@new'])
  })

  test('two contacts in one REGISTER are both kept', () => {
    location.put(binding('udp', { callId: 'same', cseq: 1 }))
    location.put(binding('tcp', { callId: 'same', cseq: 1 }))

    expect(contacts()).toHaveLength(2)
  })

  test('a binding that expired is gone, the other one stays', () => {
    location.put(binding('short', { expiresAt: clock.now() + 10_000 }))
    location.put(binding('long'))

    clock.advance(10_000)

    expect(contacts()).toEqual(['sip:1001@long'])
    clock.advance(60_000)
    expect(contacts()).toEqual([])
  })

  test('a refresh lengthens the binding and does not double it', () => {
    location.put(binding('desk'))
    location.put(binding('desk', { cseq: 2, expiresAt: clock.now() + 120_000 }))
    clock.advance(60_000)

    expect(contacts()).toEqual(['sip:1001@desk'])
  })

  test('at most five places a phone: the oldest gives way', () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) location.put(binding(name))

    expect(contacts()).toHaveLength(5)
    expect(contacts()).not.toContain('sip:1001@a')
  })

  test('unregistering one place leaves the other, "*" leaves none, and other accounts are untouched', () => {
    location.put(binding('desk'))
    location.put(binding('home'))
    location.put(binding('other', { username: '1002' }))

    location.remove('1001', 'sip:1001@home')
    expect(contacts()).toEqual(['sip:1001@desk'])
    location.clear('1001')

    expect(contacts()).toEqual([])
    expect(contacts('1002')).toEqual(['sip:1001@other'])
  })
})

test('registrations on disk are those of the last write, without what has expired', async () => {
  const db = await databaseWithAccounts()
  const store = new LocationStore({ db, logger: silent })
  const soon = Date.now() + 60_000
  const desk = { ...binding('desk'), expiresAt: soon }
  store.replace('1001', [{ ...binding('gone'), expiresAt: soon }])
  store.replace('1001', [desk, { ...binding('expired'), expiresAt: Date.now() - 1 }])
  store.replace('1002', [{ ...binding('x', { username: '1002' }), expiresAt: soon }])
  store.replace('1002', [])

  await store.settled()

  expect(await new LocationStore({ db, logger: silent }).load()).toEqual([desk])
  await db.destroy()
})

test('a registration the database refuses does not stop those that follow', async () => {
  const db = await databaseWithAccounts()
  const store = new LocationStore({ db, logger: silent })
  const soon = Date.now() + 60_000
  store.replace('1001', [{ ...binding('a\0b'), expiresAt: soon }])
  store.replace('1002', [{ ...binding('x', { username: '1002' }), expiresAt: soon }])

  await store.settled()

  expect((await store.load()).map(({ username }) => username)).toEqual(['1002'])
  await db.destroy()
})

async function databaseWithAccounts() {
  const db = await newDatabase()
  const users = new UserStore({ db })
  for (const username of ['1001', '1002']) await users.savePhone({ username, realm: 'yihao', password: 'secret' })
  return db
}
