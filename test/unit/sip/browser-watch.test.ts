import { beforeEach, expect, test } from 'vitest'
import { type Asks, BrowserWatch } from '../../../sip/browser-watch.ts'
import { Location } from '../../../sip/location.ts'
import { silent } from '../../support/database.ts'
import { SetClock } from '../../support/set-clock.ts'

type Answer = (response: { readonly status: number }) => void

let clock: SetClock
let location: Location
let stored: string[]
/** How the SIP server takes a question. */
let asks: Asks['request']
let questions: Answer[]

beforeEach(() => {
  clock = new SetClock()
  location = new Location({ clock })
  stored = []
  questions = []
  asks = (_uri, _options, sent) => sent(null, { on: (_event, answer) => questions.push(answer) })
  const store = { replace: (username: string) => void stored.push(username) }
  const srf: Asks = { request: (...question) => asks(...question) }
  new BrowserWatch({ srf, location, store, clock, logger: silent }).start()
  register(1)
})

function register(cseq: number): void {
  const uri = 'sip:page@page.invalid;transport=ws'
  const binding = { username: 'web-8001', contact: uri, callId: 'page', cseq, userAgent: '' }
  location.put({
    ...binding,
    route: `sip:page@127.0.0.1:${40_000 + cseq};transport=ws`,
    expiresAt: clock.now() + 60_000,
  })
}

const isThere = () => location.of('web-8001').length === 1

test('browser watch - a browser without a connection is unregistered at once', () => {
  clock.advance(2000)
  questions.at(-1)?.({ status: 503 })

  expect(isThere()).toBe(false)
  expect(stored).toEqual(['web-8001'])
})

test('browser watch - one that answers nothing is unregistered after three questions, one that refuses is not', () => {
  for (let asked = 0; asked < 5; asked += 1) {
    clock.advance(2000)
    questions.at(-1)?.({ status: 405 })
  }
  expect(isThere()).toBe(true)

  clock.advance(8000)

  expect(isThere()).toBe(false)
})

test('browser watch - a browser that registered again while it was asked by its old connection stays', () => {
  clock.advance(2000)
  register(2)

  questions.at(-1)?.({ status: 503 })

  expect(isThere()).toBe(true)
})

test('browser watch - while the SIP server is away nobody is asked, and nobody is unregistered for that', () => {
  asks = () => {
    throw new Error('assert(typeSocket(socket))')
  }
  clock.advance(10_000)
  expect(isThere()).toBe(true)

  asks = (_uri, _options, sent) => sent(null, { on: (_event, answer) => questions.push(answer) })
  clock.advance(2000)

  expect(questions).toHaveLength(1)
})
