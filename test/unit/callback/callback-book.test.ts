import { beforeEach, expect, test } from 'vitest'
import { type AttemptOutcome, CallbackBook, CallbackStore, toCallbackRules } from '../../../src/callback/index.ts'
import { newId } from '../../../src/kernel/index.ts'
import { project } from '../../support/open-log.ts'
import { ownLog } from '../../support/own-log.ts'
import { SetClock } from '../../support/set-clock.ts'
import { silent } from '../../support/silent.ts'

const own = ownLog()
let clock: SetClock
beforeEach(() => {
  clock = new SetClock()
})

/** A book with a line that is a list, and agents who can be told what happens to their calls. */
function bookWith({ rules = {}, open = true }: { rules?: object; open?: boolean } = {}) {
  const line: string[] = []
  const room = { open, ready: true, fault: false }
  const attempts: { number: string; agentId: string; end: (outcome: AttemptOutcome) => void }[] = []
  const book = new CallbackBook({
    rules: toCallbackRules({ calendar: 'calls', attempts: 2, retryAfter: 60, expireAfter: 3600, ...rules }),
    line: {
      join: ({ callbackId }) => line.push(callbackId),
      leave: (callbackId) => void (line.includes(callbackId) && line.splice(line.indexOf(callbackId), 1)),
    },
    calls: {
      normal: (number) => number.replace(/^\+86/, ''),
      place: ({ callback, agentId, onOutcome }) => {
        if (room.fault) throw new Error('no switch')
        if (!room.ready) return undefined
        attempts.push({ number: callback.number, agentId, end: onOutcome })
        return newId()
      },
    },
    callHours: () => room.open,
    log: own.log,
    clock,
    logger: silent,
  })
  book.start()
  const last = () => {
    const attempt = attempts.at(-1)
    if (!attempt) throw new Error('nobody was called')
    return attempt
  }
  return { book, line, room, attempts, last }
}

const wish = (number = '13800138000') => ({
  number,
  line: '12345',
  language: 'cmn',
  queue: 'tax',
  skills: ['tax'],
  priority: 0,
  callId: newId(),
})
const types = () => own.facts.map(({ type }) => type)
const outcomeOf = (callbackId: string) =>
  own.facts.flatMap((fact) =>
    fact.type === 'callback.closed' && fact.data.callbackId === callbackId ? [fact.data.outcome] : [],
  )

test('callback - one asked for joins the line when the caller has hung up, and is served', () => {
  const { book, line, last } = bookWith()
  const asked = wish()
  const { callbackId } = book.request({ ...asked, queuedAt: clock.now() - 5000 })
  expect(line).toEqual([])

  book.hungUp(asked.callId)
  expect(line).toEqual([callbackId])
  expect(book.serve(callbackId, '8001')).toBe(true)
  last().end({ kind: 'reached' })

  expect(outcomeOf(callbackId)).toEqual(['reached'])
  expect(book.all()).toEqual([])
  expect(types()).toEqual(['callback.opened', 'callback.attempted', 'callback.reached', 'callback.closed'])
})

test('callback - an agent who is not ready any more leaves it its place, a switch that is away lets it rest', () => {
  const { book, line, room } = bookWith()
  const asked = wish()
  const { callbackId } = book.request({ ...asked, queuedAt: clock.now() })
  book.hungUp(asked.callId)

  room.ready = false
  expect(book.serve(callbackId, '8001')).toBe(false)
  room.fault = true
  expect(book.serve(callbackId, '8001')).toBe(true)
  expect(book.all()[0]?.state).toBe('resting')
  line.splice(0)
  clock.advance(11_000)

  expect(line).toEqual([callbackId])
})

test('callback - not at night: it leaves the line and is back with the same place in the morning', () => {
  const { book, line, room } = bookWith()
  const asked = wish()
  const { callbackId } = book.request({ ...asked, queuedAt: clock.now() })
  book.hungUp(asked.callId)

  room.open = false
  clock.advance(2000)
  expect(line).toEqual([])
  expect(() => book.take(callbackId, '8001')).toThrow(/not rung at this hour/)
  room.open = true
  clock.advance(2000)

  expect(line).toEqual([callbackId])
})

test('callback - a citizen who is not reached is tried again after the pause, and given up after the last attempt', () => {
  const { book, line, last } = bookWith()
  const asked = wish()
  const { callbackId } = book.request({ ...asked, queuedAt: clock.now() })
  book.hungUp(asked.callId)

  book.serve(callbackId, '8001')
  last().end({ kind: 'notReached', outcome: 'noAnswer' })
  clock.advance(58_000)
  expect(line).toEqual([])
  clock.advance(3000)
  expect(line).toEqual([callbackId])
  book.serve(callbackId, '8001')
  last().end({ kind: 'notReached', outcome: 'busy' })

  expect(outcomeOf(callbackId)).toEqual(['failed'])
})

test('callback - what fails on our side uses up no attempt, and the place is had again at once', () => {
  const { book, line, last } = bookWith()
  const asked = wish()
  const { callbackId } = book.request({ ...asked, queuedAt: clock.now() })
  book.hungUp(asked.callId)

  for (const kind of ['agentMissed', 'givenUp', 'agentMissed'] as const) {
    line.splice(0)
    book.serve(callbackId, '8001')
    last().end({ kind })
  }

  expect(line).toEqual([callbackId])
  expect(book.all()[0]?.data.attempts).toBe(0)
})

test('callback - nobody could call in time: expired, once', () => {
  const { book } = bookWith()
  const { callbackId } = book.request({ ...wish(), queuedAt: clock.now() })

  clock.advance(3_700_000)

  expect(outcomeOf(callbackId)).toEqual(['expired'])
  expect(types().filter((type) => type === 'callback.expired')).toHaveLength(1)
})

test('missed calls - one a number, however it is written; closed when the citizen gets through', () => {
  const { book, line } = bookWith()

  book.missed(wish('13800138000'))
  book.missed(wish('+8613800138000'))
  book.missed(wish('13900139000'))

  expect(book.all().map(({ data }) => [data.number, data.missedCalls])).toEqual([
    ['13800138000', 2],
    ['13900139000', 1],
  ])
  expect(line).toEqual([])
  book.answered('13800138000')
  expect(book.all().map(({ data }) => data.number)).toEqual(['13900139000'])
})

test('missed calls - who asks to be called back needs no task besides', () => {
  const { book } = bookWith()
  const missed = book.missed(wish())

  const asked = book.request({ ...wish(), queuedAt: clock.now() })
  book.missed(wish())

  expect(outcomeOf(missed?.callbackId ?? '')).toEqual(['merged'])
  expect(book.all().map(({ callbackId }) => callbackId)).toEqual([asked.callbackId])
})

test('missed calls - a city that does not want them opens none', () => {
  const { book } = bookWith({ rules: { missedCalls: false } })

  expect(book.missed(wish())).toBeUndefined()
})

test('callback - taken, cancelled and unknown: commands that do not fit are refused and change nothing', () => {
  const { book, room, last } = bookWith()
  const { callbackId } = book.openFor(wish(), 'desk')

  room.ready = false
  expect(() => book.take(callbackId, '8001')).toThrow(expect.objectContaining({ code: 'agent-not-ready' }))
  room.ready = true
  book.take(callbackId, '8001')
  expect(() => book.take(callbackId, '8002')).toThrow(expect.objectContaining({ code: 'callback-refused' }))
  expect(() => book.cancel(callbackId, 'boss', 'enough')).toThrow(expect.objectContaining({ code: 'callback-refused' }))
  last().end({ kind: 'givenUp' })
  book.cancel(callbackId, 'boss', 'enough')

  expect(outcomeOf(callbackId)).toEqual(['cancelled'])
  expect(() => book.take(callbackId, '8001')).toThrow(expect.objectContaining({ code: 'callback-unknown' }))
})

test('callback - an attempt that ends after the citizen got through by himself changes nothing', () => {
  const { book, last } = bookWith()
  const { callbackId } = book.openFor(wish(), 'desk')
  book.take(callbackId, '8001')

  book.answered('13800138000')
  last().end({ kind: 'reached' })
  last().end({ kind: 'notReached', outcome: 'busy' })

  expect(outcomeOf(callbackId)).toEqual(['answered'])
})

test('callback - the records know what the book knows, and a new process goes on from them', async () => {
  const { book, last } = bookWith()
  const asked = wish()
  const { callbackId } = book.request({ ...asked, queuedAt: clock.now() - 5000 })
  book.hungUp(asked.callId)
  book.serve(callbackId, '8001')
  last().end({ kind: 'notReached', outcome: 'noAnswer' })
  const missed = book.missed(wish('13900139000'))
  book.missed(wish('13900139000'))
  const done = book.openFor(wish('13700137000'), 'desk')
  book.cancel(done.callbackId, 'desk', 'mistake')

  await project(own.log, own.db)
  const store = new CallbackStore({ db: own.db })

  const open = await store.open()
  expect(new Map(open.map((data) => [data.callbackId, data]))).toEqual(
    new Map(book.all().map(({ data }) => [data.callbackId, data])),
  )
  expect(open.map((data) => data.callbackId)).toContain(missed?.callbackId)
  expect(await store.closed({ limit: 10 })).toMatchObject([{ outcome: 'cancelled', closedBy: 'desk' }])
  const next = bookWith()
  next.book.restore(open)
  clock.advance(61_000)
  expect(next.line).toEqual([callbackId])
})
