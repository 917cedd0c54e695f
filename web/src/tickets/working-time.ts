/** When work is done: instants in milliseconds, in order. */
export type OpenTimes = readonly { readonly from: number; readonly to: number }[]

/** As the ticket service tells them. */
export function readOpenTimes(told: readonly { readonly from: string; readonly to: string }[]): OpenTimes {
  return told.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }))
}

/** Milliseconds of working time from now to a limit; undefined where it lies beyond what is known of working time. */
export function workingTimeLeft(now: number, dueAt: number, open: OpenTimes): number | undefined {
  const known = open.at(-1)?.to ?? 0
  if (dueAt > known) return undefined
  return open.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, dueAt) - Math.max(from, now)), 0)
}
