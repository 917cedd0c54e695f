import { expect, test } from 'vitest'
import { ComfortLoop, ExpectedWait } from '../../../src/queue/index.ts'
import { SetClock } from '../../support/set-clock.ts'

function loopWith() {
  const clock = new SetClock()
  const played: string[][] = []
  let ended = () => {}
  const audio = {
    play(files: readonly string[], onEnded: () => void) {
      played.push([...files])
      ended = onEnded
    },
  }
  const announcement = () => ['/you-are-number-2.wav']
  const loop = new ComfortLoop({ audio, clock, music: '/music.wav', announceEveryMs: 20_000, announcement })
  return { clock, played, loop, end: () => ended() }
}

test('comfort loop - position is said every 20 s and music follows at once', () => {
  const { clock, played, loop } = loopWith()
  loop.start(['/please-wait.wav'])

  clock.advance(60_000)

  expect(played.map(([first]) => first)).toEqual(['/please-wait.wav', ...Array(3).fill('/you-are-number-2.wav')])
  expect(played.every((files) => files.at(-1) === '/music.wav')).toBe(true)
})

test('comfort loop - music that ended by itself begins again', () => {
  const { clock, played, loop, end } = loopWith()
  loop.start([])
  clock.advance(19_000)

  end()

  expect(played).toHaveLength(2)
})

test('comfort loop - a file that cannot be played is not asked for in a hot loop', () => {
  const { clock, played, loop, end } = loopWith()
  loop.start([])

  for (let round = 0; round < 10; round += 1) {
    end()
    clock.advance(100)
  }

  expect(played.length).toBeLessThanOrEqual(3)
})

test('comfort loop - after an answer nothing more is played', () => {
  const { clock, played, loop } = loopWith()
  loop.start([])

  loop.stop()
  clock.advance(60_000)

  expect(played).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

test('expected wait - nothing is claimed before three answers, then position times pace', () => {
  const wait = new ExpectedWait()
  wait.answered('tax', 0)
  wait.answered('tax', 10_000)
  expect(wait.estimate('tax', 2, 20_000)).toBeUndefined()

  wait.answered('tax', 20_000)

  expect(wait.estimate('tax', 2, 30_000)).toBe(20)
})

test('expected wait - a queue that stopped moving is said to take longer', () => {
  const wait = new ExpectedWait()
  for (const at of [0, 10_000, 20_000]) wait.answered('tax', at)

  expect(wait.estimate('tax', 1, 120_000)).toBeGreaterThan(wait.estimate('tax', 1, 30_000) ?? 0)
})
