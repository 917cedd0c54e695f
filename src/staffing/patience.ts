import { exponential, type Random } from './random.ts'

/** How long a caller waited, in seconds, and whether the caller gave up then; who was answered had more patience. */
export interface Wait {
  readonly seconds: number
  readonly abandoned: boolean
}

/**
 * Mean patience, as if it were exponential: all waits together by the number of those who gave up, which is the
 * estimate of greatest likelihood where the answered are censored (A. Mandelbaum and S. Zeltyn, "The Palm/Erlang-A
 * queue, with applications to call centers", 2005, section 5). Undefined where nobody gave up.
 */
export function meanPatience({ waited, abandoned }: { waited: number; abandoned: number }): number | undefined {
  return abandoned === 0 ? undefined : waited / abandoned
}

/**
 * Patience drawn from what was measured: the product-limit estimate of E. L. Kaplan and P. Meier (1958), and beyond
 * the longest wait, of which nothing is known, exponential with the mean. Without anybody who gave up, without end.
 */
export function measuredPatience(waits: readonly Wait[], mean: number | undefined): (random: Random) => number {
  if (mean === undefined) return () => Number.POSITIVE_INFINITY
  const steps = survival(waits)
  const longest = steps.at(-1)?.seconds ?? 0
  const left = steps.at(-1)?.share ?? 1
  return (random) => {
    const share = 1 - random()
    if (share <= left) return longest + exponential(mean, random)
    return steps[firstBelow(steps, share)]?.seconds ?? longest
  }
}

interface Step {
  readonly seconds: number
  /** Share of callers who would wait longer. */
  readonly share: number
}

function survival(waits: readonly Wait[]): Step[] {
  const sorted = [...waits].sort((a, b) => a.seconds - b.seconds || Number(b.abandoned) - Number(a.abandoned))
  let share = 1
  return sorted.flatMap(({ seconds, abandoned }, before) => {
    if (!abandoned) return []
    share *= 1 - 1 / (sorted.length - before)
    return [{ seconds, share }]
  })
}

/** The first step whose share is below; they fall. */
function firstBelow(steps: readonly Step[], share: number): number {
  let [low, high] = [0, steps.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle]?.share ?? 0) < share) high = middle
    else low = middle + 1
  }
  return low
}
