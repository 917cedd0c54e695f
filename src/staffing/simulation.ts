import { exponential, type Random } from './random.ts'
import type { Forecast } from './workload.ts'

export interface Simulated {
  /** Calls per second; they come as a Poisson process. */
  readonly arrivalRate: number
  /** Seconds the next call takes an agent up, and the next caller would wait. */
  readonly holding: (random: Random) => number
  readonly patience: (random: Random) => number
  readonly seats: number
  readonly within: number
  /** Calls to count, after a tenth as many that fill the centre and are not counted. */
  readonly calls: number
  readonly random: Random
}

/**
 * A centre played through call by call: first come, first served, and who has waited as long as the own patience goes.
 * Calls take the seats in the order of their arrival, so all there is to know of the seats is when each becomes free.
 */
export function simulate({ arrivalRate, holding, patience, seats, within, calls, random }: Simulated): Forecast {
  const free = new FreeTimes(seats)
  const sums = { delayed: 0, answeredInTime: 0, abandoned: 0, waited: 0, busy: 0 }
  const warmUp = Math.ceil(calls / 10)
  let now = 0
  let begin = 0
  for (let call = 0; call < warmUp + calls; call += 1) {
    now += exponential(1 / arrivalRate, random)
    if (call === warmUp) begin = now
    const offered = Math.max(0, free.earliest - now)
    const patient = patience(random)
    const takes = holding(random)
    const answered = offered <= patient
    if (answered) free.take(now + offered + takes)
    if (call < warmUp) continue
    sums.delayed += Number(offered > 0)
    sums.answeredInTime += Number(answered && offered <= within)
    sums.abandoned += Number(!answered)
    sums.waited += Math.min(offered, patient)
    sums.busy += answered ? takes : 0
  }
  return {
    delayed: sums.delayed / calls,
    answeredInTime: sums.answeredInTime / calls,
    abandoned: sums.abandoned / calls,
    meanWait: sums.waited / calls,
    occupancy: Math.min(1, sums.busy / (now - begin) / seats),
  }
}

/** When each seat becomes free, the earliest on top: a heap. */
class FreeTimes {
  readonly #times: Float64Array

  constructor(seats: number) {
    this.#times = new Float64Array(seats)
  }

  get earliest(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY
  }

  /** The seat that is free earliest is taken until then. */
  take(until: number): void {
    const times = this.#times
    const at = (index: number) => times[index] ?? Number.POSITIVE_INFINITY
    let place = 0
    for (let child = 1; child < times.length; child = 2 * place + 1) {
      const earlier = at(child + 1) < at(child) ? child + 1 : child
      if (at(earlier) >= until) break
      times[place] = at(earlier)
      place = earlier
    }
    times[place] = until
  }
}
