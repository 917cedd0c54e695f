import { exponential, seeded } from '../../src/staffing/index.ts'

/** One caller of a recorded stream: when it arrives, how long it talks, how long it waits at most. Milliseconds. */
export interface TracedCall {
  readonly at: number
  readonly holding: number
  readonly patience: number
}

export interface TraceOptions {
  readonly seed: number
  readonly seconds: number
  /** Calls a second. */
  readonly arrivalRate: number
  /** Means, in seconds. */
  readonly holding: number
  readonly patience: number
  /** So many talk already when it begins: without them, the first minute of a room is one of a room with nothing to do. */
  readonly busy: number
}

/** Milliseconds: an agent who hung up sooner could do so before the two are joined, and the caller would wait again. */
const shortestTalk = 500

/**
 * First the calls that are under way at the beginning, whose remaining time is exponential like a whole one; then Poisson
 * arrivals, exponential holding and patience. The same seed gives the same calls.
 */
export function traceOf({ seed, seconds, arrivalRate, holding, patience, busy }: TraceOptions): TracedCall[] {
  const random = seeded(seed)
  const lasting = (mean: number) => exponential(mean * 1000, random)
  const call = (at: number) => ({
    at,
    holding: Math.max(shortestTalk, lasting(holding)),
    patience: lasting(patience),
  })
  const calls: TracedCall[] = Array.from({ length: busy }, () => call(0))
  for (let at = lasting(1 / arrivalRate); at < seconds * 1000; at += lasting(1 / arrivalRate)) calls.push(call(at))
  return calls
}

/** Milliseconds until each call is answered, undefined for callers who give up. */
export type Waits = readonly (number | undefined)[]

/** The same calls where bringing caller and agent together takes no time: first come, first served, whoever is free. */
export function idealWaits(trace: readonly TracedCall[], seats: number): Waits {
  const freeAt = new Array<number>(seats).fill(0)
  return trace.map(({ at, holding, patience }) => {
    const seat = freeAt.indexOf(Math.min(...freeAt))
    const wait = Math.max(0, (freeAt[seat] ?? 0) - at)
    // Who has given up by then never takes the seat.
    if (wait > patience) return undefined
    freeAt[seat] = at + wait + holding
    return wait
  })
}

/** Share of all calls that were answered within so many seconds. */
export function answeredWithin(waits: Waits, seconds: number): number {
  return waits.filter((wait) => wait !== undefined && wait <= seconds * 1000).length / waits.length
}
