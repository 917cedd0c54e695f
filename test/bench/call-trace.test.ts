import { describe, expect, test } from 'vitest'
import { erlangA } from '../../src/staffing/index.ts'
import { answeredWithin, idealWaits, traceOf } from './call-trace.ts'

const load = { arrivalRate: 1.8, holding: 10, patience: 40, busy: 0 }

describe('recorded calls', () => {
  test('are the same for the same seed, others for another, and as many and as long as asked for', () => {
    const trace = traceOf({ ...load, seed: 7, seconds: 20_000 })

    expect(traceOf({ ...load, seed: 7, seconds: 20_000 })).toEqual(trace)
    expect(traceOf({ ...load, seed: 8, seconds: 20_000 })).not.toEqual(trace)
    const mean = (of: (call: (typeof trace)[number]) => number) =>
      trace.reduce((sum, call) => sum + of(call), 0) / trace.length / 1000
    expect(trace.length / 20_000).toBeCloseTo(load.arrivalRate, 1)
    expect(Math.abs(mean(({ holding }) => holding) / load.holding - 1)).toBeLessThan(0.03)
    expect(Math.abs(mean(({ patience }) => patience) / load.patience - 1)).toBeLessThan(0.03)
  })

  test('begin with those who talk already', () => {
    const trace = traceOf({ ...load, busy: 17, seed: 7, seconds: 100 })

    expect(trace.filter(({ at }) => at === 0)).toHaveLength(17)
    expect(trace.slice(0, 17).every(({ at, holding }) => at === 0 && holding > 0)).toBe(true)
    expect(trace.length).toBeGreaterThan(17)
  })

  test('wait in the ideal queue for the seat that is free first, in their order, unless they give up before', () => {
    const call = (at: number, holding: number, patience = 60_000) => ({ at, holding, patience })
    const trace = [call(0, 5000), call(0, 9000), call(1000, 3000), call(2000, 1000, 2500), call(3000, 1000)]

    expect(idealWaits(trace, 2)).toEqual([0, 0, 4000, undefined, 5000])
  })

  test('of many, the ideal queue answers as many in time as Erlang A says', () => {
    const waits = idealWaits(traceOf({ ...load, seed: 1, seconds: 200_000 }), 20)

    for (const within of [5, 15]) {
      const { answeredInTime } = erlangA({ ...load, seats: 20, within })
      expect(Math.abs(answeredWithin(waits, within) - answeredInTime)).toBeLessThan(0.02)
    }
  })
})
