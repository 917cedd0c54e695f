import { erlangB } from './erlang-c.ts'
import type { Forecast, Workload } from './workload.ts'

/** Steps of Simpson's rule; even. The integrand has one hump, and this many steps leave nothing to see. */
const steps = 4000
/** Where the integrand is e to minus this of its top, there is nothing left of it. */
const negligible = 45

/**
 * Erlang A, M/M/n+M: callers give up after an exponential patience of mean `patience` seconds.
 *
 * The wait a caller without end of patience would have is 0, or has the density
 * v(x) ~ exp(lambda H(x) - n mu x), where H(x) is the integral of the patience's survival up to x (S. Zeltyn and
 * A. Mandelbaum, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue", Queueing
 * Systems 51, 2005, section 2). All figures are integrals over it, taken relative to its top, so that no load overflows.
 */
export function erlangA({
  arrivalRate,
  holding,
  patience,
  seats,
  within,
}: Workload & { patience: number; seats: number; within: number }): Forecast {
  if (arrivalRate * holding === 0) return { delayed: 0, answeredInTime: 1, abandoned: 0, meanWait: 0, occupancy: 0 }
  if (seats === 0) return { delayed: 1, answeredInTime: 0, abandoned: 1, meanWait: patience, occupancy: 0 }
  const density = waitDensity({ rate: arrivalRate, service: seats / holding, patience })
  // Weight of "no wait": sum of the states below n, relative to the state n - 1.
  const free = Math.exp(-density.top) / erlangB(seats - 1, arrivalRate * holding)
  const all = free + arrivalRate * integral(density.at, 0, density.end)
  const answered = (until: number) =>
    (arrivalRate * integral((wait) => Math.exp(-wait / patience) * density.at(wait), 0, until)) / all
  const waited = (wait: number) => patience * -Math.expm1(-wait / patience) * density.at(wait)
  const abandoned = Math.max(0, 1 - free / all - answered(density.end))
  return {
    delayed: 1 - free / all,
    answeredInTime: free / all + answered(Math.min(within, density.end)),
    abandoned,
    meanWait: (arrivalRate * integral(waited, 0, density.end)) / all,
    occupancy: (arrivalRate * holding * (1 - abandoned)) / seats,
  }
}

/** The density above without its factor: 1 at its top, whose logarithm is `top`; nothing is left of it after `end`. */
function waitDensity({ rate, service, patience }: { rate: number; service: number; patience: number }) {
  const exponent = (wait: number) => rate * patience * -Math.expm1(-wait / patience) - service * wait
  const top = rate > service ? exponent(patience * Math.log(rate / service)) : 0
  let end = 1 / service
  while (exponent(end) > top - negligible) end *= 2
  return { top, end, at: (wait: number) => Math.exp(exponent(wait) - top) }
}

/** Simpson's rule. */
function integral(of: (x: number) => number, from: number, to: number): number {
  const step = (to - from) / steps
  let sum = of(from) + of(to)
  for (let index = 1; index < steps; index += 1) sum += of(from + index * step) * (index % 2 === 1 ? 4 : 2)
  return (sum * step) / 3
}
