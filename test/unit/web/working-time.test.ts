import { expect, test } from 'vitest'
import { readOpenTimes, workingTimeLeft } from '../../../web/src/tickets/working-time.ts'

const hour = 3_600_000
const at = (text: string) => Date.parse(`${text}+08:00`)
const open = readOpenTimes([
  { from: '2026-03-06T15:00:00+08:00', to: '2026-03-06T17:30:00+08:00' },
  { from: '2026-03-09T08:30:00+08:00', to: '2026-03-09T12:00:00+08:00' },
])

test.each([
  ['2026-03-06T15:00', '2026-03-06T16:00', 1 * hour],
  ['2026-03-06T16:30', '2026-03-09T09:30', 2 * hour],
  ['2026-03-07T12:00', '2026-03-09T12:00', 3.5 * hour],
  ['2026-03-06T18:00', '2026-03-08T00:00', 0],
])('from %s to %s only working time counts', (now, due, left) => {
  expect(workingTimeLeft(at(now), at(due), open)).toBe(left)
})

test('beyond what is known of working time nothing is said of it', () => {
  expect(workingTimeLeft(at('2026-03-06T15:00'), at('2026-03-09T12:01'), open)).toBeUndefined()
})
