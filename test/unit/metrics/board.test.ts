import { expect, test } from 'vitest'
import type { EventData, EventType, HotlineEvent } from '../../../src/events/index.ts'
import { Board, LiveFigures } from '../../../src/metrics/index.ts'
import { SetClock } from '../../support/set-clock.ts'

const callId = (last: number) => `0724a61c-3750-4219-9704-00000000000${last}`

function room() {
  const clock = new SetClock(Date.parse('2026-11-22T15:59:00Z'))
  const live = new LiveFigures({ clock })
  const board = new Board({
    live,
    clock,
    queues: ['general', 'tax'],
    lines: () => ['12345', '12366'],
    answerWithinMs: 15_000,
    shortAbandonMs: 5000,
  })
  const happens = <T extends EventType>(type: T, data: Partial<EventData<T>>) => {
    live.take({ id: '', subject: '', time: clock.now(), type, data } as unknown as HotlineEvent)
    board.changed()
  }
  const queued = (last: number, queue: string, line = '12345') => {
    happens('call.offered', { callId: callId(last), line })
    happens('call.queued', { callId: callId(last), queue, queuedAt: clock.now(), reason: 'menu' })
  }
  return { clock, board, happens, queued }
}

test('board - who waits and since when, by queue, those without anybody included', () => {
  const { clock, board, queued } = room()
  queued(1, 'tax')
  clock.advance(7000)
  queued(2, 'tax')

  const { queues, total } = board.now()

  expect(queues.map(({ queue, waiting, waitingSince }) => [queue, waiting, waitingSince])).toEqual([
    ['general', 0, null],
    ['tax', 2, '2026-11-22T15:59:00.000Z'],
  ])
  expect(total).toMatchObject({ offered: 2, answered: 0 })
})

test('board - by the number that was dialled, whatever queue the calls are in, a number nobody knew of included', () => {
  const { clock, board, queued, happens } = room()
  queued(1, 'tax', '12345')
  queued(2, 'general', '12345')
  queued(3, 'general', '12333')
  clock.advance(16_000)
  happens('call.answered', { callId: callId(1), queue: 'tax' })
  happens('call.abandoned', { callId: callId(3), queue: 'general' })

  const { lines } = board.now()

  expect(
    lines.map(({ line, waiting, offered, answered, answeredInTime, abandoned }) => [
      line,
      waiting,
      offered,
      answered,
      answeredInTime,
      abandoned,
    ]),
  ).toEqual([
    ['12345', 1, 2, 1, 0, 0],
    ['12366', 0, 0, 0, 0, 0],
    ['12333', 0, 1, 0, 0, 1],
  ])
  expect(lines[0]?.waitingSince).toBe('2026-11-22T15:59:00.000Z')
})

test('board - the day begins at midnight in China: yesterday’s calls are not in it, but still wait', () => {
  const { clock, board, queued, happens } = room()
  queued(1, 'tax')
  clock.advance(2 * 60_000)
  queued(2, 'tax')
  happens('call.answered', { callId: callId(2), queue: 'tax' })

  const { queues, total, from } = board.now()

  expect(from).toBe('2026-11-22T16:00:00.000Z')
  expect(total).toMatchObject({ offered: 1, answered: 1, answeredInTime: 1 })
  expect(total.rates.answeredInTimeOfOffered).toBe(1)
  expect(queues[1]?.waiting).toBe(1)
})

test('board - an agent who is new is offline until the first login', () => {
  const { board, happens } = room()
  happens('agent.profile-changed', { agentId: '8001' })
  happens('agent.profile-changed', { agentId: '8002' })
  happens('agent.state-changed', { agentId: '8001', to: 'ready' })
  happens('agent.profile-changed', { agentId: '8001' })

  expect(board.now().agents).toMatchObject({ offline: 1, ready: 1 })
})

test('board - a burst of facts is told once, within half a second, and not to those who left', () => {
  const { clock, board, queued } = room()
  const told: string[] = []
  const stop = board.watch((text) => told.push(text))
  queued(1, 'tax')
  queued(2, 'general')

  clock.advance(500)
  expect(told).toHaveLength(2)
  expect(JSON.parse(told[1] ?? '')).toMatchObject({ total: { offered: 2 } })
  stop()
  queued(3, 'tax')
  clock.advance(5000)
  expect(told).toHaveLength(2)
})

test('board - where nothing happens it is told every five seconds, so that a screen knows its line and today ends at midnight', () => {
  const { clock, board, queued } = room()
  const told: string[] = []
  queued(1, 'tax')
  const stop = board.watch((text) => told.push((JSON.parse(text) as { from: string }).from))

  clock.advance(60_000)
  expect(told).toHaveLength(13)
  expect(new Set(told.slice(0, 12))).toEqual(new Set(['2026-11-21T16:00:00.000Z']))
  expect(told[12]).toBe('2026-11-22T16:00:00.000Z')
  stop()
  clock.advance(60_000)
  expect(told).toHaveLength(13)
})
