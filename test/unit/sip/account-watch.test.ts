import { afterEach, beforeEach, expect, test } from 'vitest'
import { AccountStore } from '../../../sip/account-store.ts'
import { AccountWatch } from '../../../sip/account-watch.ts'
import { type Binding, Location } from '../../../sip/location.ts'
import { LocationStore } from '../../../sip/location-store.ts'
import type { Database } from '../../../src/db/index.ts'
import { EndedSessionStore, UserStore } from '../../../src/users/index.ts'
import { newDatabase, silent } from '../../support/database.ts'
import { SetClock } from '../../support/set-clock.ts'

const hour = 3_600_000

let clock: SetClock
let db: Database
let accounts: AccountStore
let location: Location
let store: LocationStore
let watch: AccountWatch

beforeEach(async () => {
  clock = new SetClock()
  db = await newDatabase()
  accounts = new AccountStore({ db, clock })
  location = new Location({ clock })
  store = new LocationStore({ db, logger: silent })
  watch = new AccountWatch({ accounts, location, store, clock, logger: silent })
})
afterEach(async () => {
  watch.close()
  await store.settled()
  await db.destroy()
})

/** A phone that is registered; of a browser in the session `sessionId` of li, which lasts an hour. */
async function registered(username: string, sessionId?: string): Promise<Binding> {
  const session =
    sessionId === undefined ? {} : { session: { id: sessionId, username: 'li', expiresAt: clock.now() + hour } }
  await new UserStore({ db }).savePhone({ username, realm: 'yihao', password: 'secret', ...session })
  const contact = `sip:${username}@page.invalid;transport=ws`
  const way = { route: contact, callId: sessionId ?? '', cseq: 1, userAgent: '' }
  const binding = { username, contact, ...way, expiresAt: clock.now() + 2 * hour }
  location.put(binding)
  store.replace(username, [binding])
  await store.settled()
  return binding
}

const logOut = (sessionId: string | null) =>
  new EndedSessionStore({ db }).save({
    username: 'li',
    sessionId,
    endedAt: clock.now(),
    expiresAt: clock.now() + 12 * hour,
  })
const isThere = (username: string) => location.of(username).length === 1

test('account watch - a phone ends with its session: not registered, no account, nothing left in the database', async () => {
  await registered('web-8001', 'first')

  await logOut('first')
  await watch.look()
  await store.settled()

  expect(isThere('web-8001')).toBe(false)
  expect(await accounts.find('web-8001')).toBeUndefined()
  expect(await store.load()).toEqual([])
})

test('account watch - the phones of another session and of a desk stay', async () => {
  await registered('web-8001', 'second')
  await registered('8001')

  await logOut('first')
  await watch.look()

  expect([isThere('web-8001'), isThere('8001')]).toEqual([true, true])
})

test('account watch - who ends all sessions of a user ends the phone of each', async () => {
  await registered('web-8001', 'first')

  await logOut(null)
  await watch.look()

  expect(isThere('web-8001')).toBe(false)
})

test('account watch - a session that is over by itself takes its phone along', async () => {
  await registered('web-8001', 'first')
  await watch.start()

  clock.advance(hour + 1)
  await watch.look()

  expect(isThere('web-8001')).toBe(false)
  expect(await accounts.find('web-8001')).toBeUndefined()
})

test('account watch - a page that registered while the database was asked is not taken for the one before', async () => {
  const before = await registered('web-8001', 'first')
  const late = { ...before, callId: 'another page', cseq: 1 }
  const slow: Pick<AccountStore, 'goodOf'> = {
    async goodOf() {
      location.put(late)
      return new Set()
    },
  }

  await new AccountWatch({ accounts: slow, location, store, clock, logger: silent }).look()

  expect(location.of('web-8001')).toEqual([late])
})
