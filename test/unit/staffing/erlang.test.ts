import { describe, expect, test } from 'vitest'
import { erlangA, erlangB, erlangC, seatsNeeded } from '../../../src/staffing/index.ts'

describe('Erlang C', () => {
  test('360 calls in half an hour of 4 minutes each and 55 agents, as worked out by I. Tanner (mitan.co.uk, "The Erlang-C formula")', () => {
    const load = { arrivalRate: 360 / 1800, holding: 240 }

    const { delayed, meanWait, answeredInTime, occupancy } = erlangC({ ...load, seats: 55, within: 15 })

    expect(delayed).toBeCloseTo(0.239, 3)
    expect(meanWait).toBeCloseTo(8.18, 2)
    expect(answeredInTime).toBeCloseTo(0.846, 3)
    expect(occupancy).toBeCloseTo(0.873, 3)
  })

  test('100 calls in half an hour of 3 minutes each need 14 agents for 80 % in 20 s (callcentrehelper.com, "Erlang C formula made simple")', () => {
    const forecast = (seats: number) => erlangC({ arrivalRate: 100 / 1800, holding: 180, seats, within: 20 })

    expect(seatsNeeded(forecast, 0.8)).toBe(14)
    expect(forecast(14).delayed).toBeCloseTo(0.1741, 4)
    expect(forecast(14).answeredInTime).toBeCloseTo(0.888, 3)
    expect(forecast(14).meanWait).toBeCloseTo(7.8, 1)
    expect(forecast(14).occupancy).toBeCloseTo(0.714, 3)
  })

  test('with a load of as many seats, and with more, nobody is answered in time', () => {
    for (const seats of [0, 9, 10]) {
      const { answeredInTime, meanWait } = erlangC({ arrivalRate: 1, holding: 10, seats, within: 15 })

      expect(answeredInTime).toBe(0)
      expect(meanWait).toBe(Number.POSITIVE_INFINITY)
    }
  })

  test('a thousand seats are counted without overflow', () => {
    const { answeredInTime } = erlangC({ arrivalRate: 980 / 300, holding: 300, seats: 1000, within: 15 })

    expect(answeredInTime).toBeGreaterThan(0.7)
    expect(answeredInTime).toBeLessThan(0.9)
  })
})

test('Erlang B - 10 lines lose 1 % of 4.461 erlangs (as tabulated: 4.46 erlangs at grade of service 0.01)', () => {
  expect(erlangB(10, 4.461)).toBeCloseTo(0.01, 4)
})

describe('Erlang A', () => {
  // O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient customers", M&SOM 4 (2002), table 1:
  // 50 agents, 48 calls a minute, 1 minute of service, 2 minutes of patience.
  const published = { arrivalRate: 48 / 60, holding: 60, seats: 50, within: 15 }

  test('50 agents and 48 calls a minute, with patience and without, are those of Garnett, Mandelbaum and Reiman', () => {
    const patient = erlangC({ ...published, within: 58.1 })
    const impatient = erlangA({ ...published, patience: 120 })

    expect(patient.meanWait).toBeCloseTo(20.8, 1)
    expect(1 - patient.answeredInTime).toBeCloseTo(0.1, 3)
    expect(patient.occupancy).toBeCloseTo(0.96, 2)
    expect(impatient.abandoned).toBeCloseTo(0.031, 3)
    expect(impatient.occupancy).toBeCloseTo(0.93, 2)
  })

  test('those who give up are those who wait: share = mean wait / mean patience', () => {
    for (const seats of [1, 10, 40, 50, 70]) {
      const { abandoned, meanWait } = erlangA({ ...published, seats, patience: 90 })
      expect(abandoned * 90).toBeCloseTo(meanWait, 6)
    }
  })

  test('agrees with the states of the birth and death process, overloaded or not', () => {
    for (const seats of [1, 3, 10, 20]) {
      const load = { arrivalRate: 0.2, holding: 50, patience: 40, seats }
      const { delayed, abandoned } = erlangA({ ...load, within: 15 })
      const states = byStates(load)

      expect(delayed).toBeCloseTo(states.delayed, 8)
      expect(abandoned).toBeCloseTo(states.abandoned, 8)
    }
  })

  test('with callers who hardly ever give up it is Erlang C', () => {
    const load = { arrivalRate: 0.2, holding: 50, seats: 13, within: 15 }

    expect(erlangA({ ...load, patience: 1e7 }).answeredInTime).toBeCloseTo(erlangC(load).answeredInTime, 4)
  })

  test('needs no more seats than Erlang C, and every seat more answers more', () => {
    const load = { arrivalRate: 0.5, holding: 300, within: 15 }
    const withPatience = (seats: number) => erlangA({ ...load, seats, patience: 60 })

    const needed = seatsNeeded(withPatience, 0.8) ?? 0
    expect(needed).toBeLessThan(seatsNeeded((seats) => erlangC({ ...load, seats }), 0.8) ?? 0)
    for (let seats = 1; seats < 200; seats += 7)
      expect(withPatience(seats + 1).answeredInTime).toBeGreaterThan(withPatience(seats).answeredInTime - 1e-9)
  })
})

test('a goal that no number of seats meets is told as such', () => {
  const nobody = { delayed: 1, answeredInTime: 0, abandoned: 1, meanWait: 0, occupancy: 0 }

  expect(seatsNeeded(() => nobody, 0.8)).toBeUndefined()
})

/** The same by the steady state of the number of calls in the centre, cut off where nothing is left. */
function byStates(load: { arrivalRate: number; holding: number; patience: number; seats: number }) {
  const { arrivalRate, holding, patience, seats } = load
  const weights = [1]
  for (let calls = 1; calls < 2000; calls += 1) {
    const leaving = Math.min(calls, seats) / holding + Math.max(0, calls - seats) / patience
    weights.push(((weights[calls - 1] ?? 0) * arrivalRate) / leaving)
  }
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const full = weights.slice(seats).reduce((sum, weight) => sum + weight, 0)
  const waiting = weights.reduce((sum, weight, calls) => sum + weight * Math.max(0, calls - seats), 0)
  return { delayed: full / all, abandoned: waiting / all / patience / arrivalRate }
}
