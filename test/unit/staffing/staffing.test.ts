import { describe, expect, test } from 'vitest'
import { erlangA, erlangC } from '../../../src/staffing/index.ts'
import { meanPatience, measuredPatience, type Wait } from '../../../src/staffing/patience.ts'
import { exponential, seeded } from '../../../src/staffing/random.ts'
import { simulate } from '../../../src/staffing/simulation.ts'
import { type MeasuredInterval, slotSeconds, staffingPlan } from '../../../src/staffing/staffing-plan.ts'

const goal = { share: 0.8, within: 15 }
const forEver = () => Number.POSITIVE_INFINITY

describe('simulation', () => {
  const load = { arrivalRate: 0.2, holding: 50, seats: 12, within: 15 }
  const play = (patience?: number) =>
    simulate({
      ...load,
      holding: (random) => exponential(load.holding, random),
      patience: patience === undefined ? forEver : (random) => exponential(patience, random),
      calls: 200_000,
      random: seeded(7),
    })

  test('with exponential times and callers who wait for ever it agrees with Erlang C', () => {
    const [played, told] = [play(), erlangC(load)]

    expect(Math.abs(played.answeredInTime - told.answeredInTime)).toBeLessThan(0.015)
    expect(Math.abs(played.delayed - told.delayed)).toBeLessThan(0.02)
    expect(Math.abs(played.occupancy - told.occupancy)).toBeLessThan(0.01)
  })

  test('with exponential patience it agrees with Erlang A', () => {
    const [played, told] = [play(40), erlangA({ ...load, patience: 40 })]

    expect(Math.abs(played.answeredInTime - told.answeredInTime)).toBeLessThan(0.01)
    expect(Math.abs(played.abandoned - told.abandoned)).toBeLessThan(0.005)
    expect(Math.abs(played.meanWait - told.meanWait)).toBeLessThan(0.2)
  })

  test('the same seed is the same play, another one is not', () => {
    const again = (seed: number) =>
      simulate({ ...load, holding: () => 50, patience: () => 30, calls: 500, random: seeded(seed) })

    expect(again(1)).toEqual(again(1))
    expect(again(1)).not.toEqual(again(2))
  })

  test('calls that last as long as each other, one seat: who comes too soon waits for the rest of the call before', () => {
    const { abandoned, delayed } = simulate({
      arrivalRate: 1,
      holding: () => 1000,
      patience: () => 1,
      seats: 1,
      within: 15,
      calls: 5000,
      random: seeded(3),
    })

    expect(delayed).toBeGreaterThan(0.99)
    expect(abandoned).toBeGreaterThan(0.99)
  })
})

describe('patience', () => {
  const waits: Wait[] = Array.from({ length: 4000 }, (_, index) => {
    const random = seeded(index + 1)
    const [patience, offered] = [exponential(60, random), exponential(20, random)]
    return { seconds: Math.min(patience, offered), abandoned: patience < offered }
  })
  const waited = waits.reduce((sum, { seconds }) => sum + seconds, 0)
  const abandoned = waits.filter((each) => each.abandoned).length

  test('the mean is found although three of four were answered before it ran out', () => {
    expect(meanPatience({ waited, abandoned })).toBeGreaterThan(55)
    expect(meanPatience({ waited, abandoned })).toBeLessThan(65)
    expect(meanPatience({ waited, abandoned: 0 })).toBeUndefined()
  })

  test('drawn from what was measured, as many have run out of it by 15 s as really have', () => {
    const [draw, random] = [measuredPatience(waits, 60), seeded(5)]

    const drawn = Array.from({ length: 20_000 }, () => draw(random))

    const gone = drawn.filter((seconds) => seconds <= 15).length / drawn.length
    expect(Math.abs(gone - (1 - Math.exp(-15 / 60)))).toBeLessThan(0.02)
  })

  test('where nobody gave up, patience is without end', () => {
    expect(measuredPatience([{ seconds: 3, abandoned: false }], undefined)(seeded(1))).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('plan', () => {
  /** Ten days of a centre played by the simulation itself, at 10:00 in China, and its nights without a call. */
  function played(seats: number): MeasuredInterval[] {
    const begin = Date.parse('2026-11-01T02:00:00Z')
    return Array.from({ length: 10 }, (_, dayNumber) => {
      const calls = 180
      const told = simulate({
        arrivalRate: calls / slotSeconds,
        holding: (random) => exponential(120, random),
        patience: (random) => exponential(60, random),
        seats,
        within: goal.within,
        calls: 20_000,
        random: seeded(dayNumber + 100),
      })
      const answered = Math.round(calls * (1 - told.abandoned))
      return {
        start: begin + dayNumber * 86_400_000,
        arrivals: calls,
        answered,
        abandoned: calls - answered,
        answeredInTime: Math.round(calls * told.answeredInTime),
        waited: calls * told.meanWait,
        seats,
        occupied: answered * 120,
      }
    })
  }
  const night = { arrivals: 0, answered: 0, abandoned: 0, answeredInTime: 0, waited: 0, seats: 2, occupied: 0 }
  const holdings = Array.from({ length: 2000 }, (_, index) => exponential(120, seeded(index)))

  test('by half hour of the day: what there was, what is needed, and the error of each model', () => {
    const intervals = [...played(12), { start: Date.parse('2026-11-01T19:30:00Z'), ...night }]

    const plan = staffingPlan({ intervals, holdings, waits: [] }, goal)

    expect(plan.slots.map(({ minute }) => minute)).toEqual([3 * 60 + 30, 10 * 60])
    const [still, morning] = plan.slots
    expect(still).toMatchObject({
      arrivals: 0,
      needed: { erlangC: null, erlangA: null },
      answeredInTime: null,
      seats: 2,
    })
    expect(morning).toMatchObject({ arrivals: 180, seats: 12 })
    expect(morning?.holding).toBeCloseTo(120, 6)
    expect(plan.patience).toBeGreaterThan(50)
    expect(plan.patience).toBeLessThan(70)
    expect(Math.abs(plan.error.erlangA ?? 1)).toBeLessThan(0.03)
    // Load 12 on 12 seats: without patience the queue grows for ever, and nobody would be answered in time.
    expect(morning?.error.erlangC).toBeLessThan(-0.3)
    expect(plan.compared).toBe(10)
  })

  test('the seats it says reach the goal, and one less does not', () => {
    const plan = staffingPlan({ intervals: played(12), holdings, waits: [] }, goal)

    const [slot] = plan.slots
    const seats = slot?.needed.erlangA ?? 0
    const told = (each: number) =>
      erlangA({
        arrivalRate: 180 / slotSeconds,
        holding: 120,
        patience: plan.patience ?? 0,
        seats: each,
        within: goal.within,
      }).answeredInTime
    expect(told(seats)).toBeGreaterThanOrEqual(0.8)
    expect(told(seats - 1)).toBeLessThan(0.8)
    expect(slot?.needed.erlangC).toBeGreaterThan(seats)
    expect(slot?.needed.simulation).toBeGreaterThanOrEqual(seats - 1)
  })

  const none = { erlangC: null, erlangA: null, simulation: null }
  /** The half hour from 10:00 on, so many days after the first of November, with as many calls. */
  const morningOf = (dayNumber: number, calls: number): MeasuredInterval => ({
    ...{ start: Date.parse('2026-11-01T02:00:00Z') + dayNumber * 86_400_000, arrivals: calls, answered: calls },
    ...{ abandoned: 0, answeredInTime: calls, waited: calls, seats: 5, occupied: calls * 120 },
  })

  test('the first day is too little, unless many called; a few calls are enough where it is so on several days', () => {
    const of = (...intervals: MeasuredInterval[]) => staffingPlan({ intervals, holdings, waits: [] }, goal)

    const [few, many] = [of(morningOf(0, 29)), of(morningOf(0, 30))]
    const [twice, often] = [
      of(...[15, 14].map((calls, day) => morningOf(day, calls))),
      of(...[10, 10, 10].map((calls, day) => morningOf(day, calls))),
    ]

    expect(few).toMatchObject({ days: 1, answered: 29 })
    for (const { slots } of [few, twice]) expect(slots).toMatchObject([{ enough: false, needed: none }])
    for (const { slots } of [many, often]) {
      expect(slots).toMatchObject([{ calls: 30, enough: true }])
      expect(slots[0]?.needed.erlangC).toBeGreaterThan(0)
    }
    expect(often.slots[0]).toMatchObject({ days: 3, arrivals: 10 })
  })

  test('days before the hotline began are not quiet days', () => {
    const before = [-3, -2, -1].map((day) => ({ ...morningOf(day, 0), seats: 0 }))

    const plan = staffingPlan({ intervals: [...before, morningOf(0, 40)], holdings, waits: [] }, goal)

    expect(plan.slots).toMatchObject([{ days: 1, calls: 40, arrivals: 40, enough: true }])
  })

  test('a stricter goal needs more seats', () => {
    const seats = (share: number, within: number) =>
      staffingPlan({ intervals: [morningOf(0, 40)], holdings, waits: [] }, { share, within }).slots[0]?.needed.erlangC

    expect(seats(0.99, 1)).toBeGreaterThan(seats(0.8, 15) ?? Number.POSITIVE_INFINITY)
  })

  test('with nothing measured nothing is said', () => {
    const plan = staffingPlan({ intervals: [{ start: 0, ...night }], holdings: [], waits: [] }, goal)

    expect(plan).toMatchObject({ holding: null, patience: null, compared: 0, error: { erlangA: null } })
    expect(plan.slots[0]?.needed).toEqual({ erlangC: null, erlangA: null, simulation: null })
  })
})
