import { expect, test } from 'vitest'
import { OverflowChain, type OverflowStep, type QueueConfig } from '../../../src/queue/index.ts'
import { SetClock } from '../../support/set-clock.ts'

const after = (seconds: number, queue: string): OverflowStep => ({
  when: { kind: 'after', seconds },
  action: { kind: 'queue', queue },
})
const nobody = (queue: string): OverflowStep => ({ when: { kind: 'nobodyLoggedIn' }, action: { kind: 'queue', queue } })

/** A chain that does what is due at once, and what it did, with the seconds waited. */
function chainOf(overflow: OverflowStep[], rest: Partial<QueueConfig> = {}) {
  const clock = new SetClock()
  const begin = clock.now()
  const done: string[] = []
  const room = { staffed: true, busy: false }
  const config = { overflow, maxWait: 60, afterMaxWait: { kind: 'keep' }, ...rest } as QueueConfig
  const chain: OverflowChain = new OverflowChain({
    config,
    enteredAt: begin,
    clock,
    staffed: () => room.staffed,
    onDue: () => {
      if (room.busy) return
      const action = chain.take()
      if (action) done.push(`${(clock.now() - begin) / 1000} ${action.kind === 'queue' ? action.queue : action.kind}`)
      chain.start()
    },
  })
  return { chain, clock, done, room }
}

test('overflow chain - each step at its time, once, and the longest wait last', () => {
  const { chain, clock, done } = chainOf([after(10, 'a'), after(20, 'b')], {
    afterMaxWait: { kind: 'announce', prompt: 'sorry' },
  })

  chain.start()
  clock.advance(120_000)

  expect(done).toEqual(['10 a', '20 b', '60 announce'])
})

test('overflow chain - without steps it is the longest wait alone', () => {
  const { chain, clock, done } = chainOf([], { maxWait: 30, afterMaxWait: { kind: 'queue', queue: 'general' } })

  chain.start()
  clock.advance(120_000)

  expect(done).toEqual(['30 general'])
})

test('overflow chain - nobody logged in at the beginning is noticed at once, later within a second', () => {
  const first = chainOf([nobody('a')])
  first.room.staffed = false
  first.chain.start()
  expect(first.done).toEqual(['0 a'])

  const second = chainOf([nobody('a')])
  second.chain.start()
  second.clock.advance(5500)
  second.room.staffed = false
  second.clock.advance(1000)

  expect(second.done).toEqual(['6 a'])
})

test('overflow chain - what falls due while a phone rings is still due when it failed', () => {
  const { chain, clock, done, room } = chainOf([after(10, 'a')])
  chain.start()
  room.busy = true
  clock.advance(15_000)
  expect(done).toEqual([])

  room.busy = false
  chain.start()

  expect(done).toEqual(['15 a'])
})

test('overflow chain - keep ends the chain, stop ends the watch', () => {
  const kept = chainOf([{ when: { kind: 'after', seconds: 5 }, action: { kind: 'keep' } }, after(10, 'a')])
  kept.chain.start()
  kept.clock.advance(120_000)
  expect(kept.done).toEqual(['5 keep'])

  const stopped = chainOf([after(10, 'a')])
  stopped.chain.start()
  stopped.chain.stop()
  stopped.clock.advance(120_000)

  expect(stopped.done).toEqual([])
  expect(stopped.clock.pending).toBe(0)
})
