/** Numbers from 0 to below 1 that look like chance and are the same for the same seed (mulberry32, T. Ettinger). */
export type Random = () => number

export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** An exponential duration of that mean. */
export function exponential(mean: number, random: Random): number {
  return -mean * Math.log(1 - random())
}

/** One of them, each as likely. */
export function oneOf(values: readonly number[], random: Random): number {
  return values[Math.floor(random() * values.length)] ?? 0
}
