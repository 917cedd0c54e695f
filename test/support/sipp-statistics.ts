/** Milliseconds. */
export interface Percentiles {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly worst: number
}

export function percentilesOf(samples: readonly number[]): Percentiles {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), worst: at(1) }
}

/** The counts of the whole run, which are in the last line of SIPp's -trace_stat. */
export function readStatistics(csv: string): { successful: number; failed: number } {
  const [head = '', ...rows] = csv.trim().split('\n')
  const names = head.split(';')
  const last = (rows.at(-1) ?? '').split(';')
  const count = (name: string) => Number(last[names.indexOf(name)] ?? 0)
  return { successful: count('SuccessfulCall(C)'), failed: count('FailedCall(C)') }
}

/** Every response time of SIPp's -trace_rtt, by name: `Date_ms;response_time_ms;rtd_name` a line. */
export function readResponseTimes(csv: string): Map<string, number[]> {
  const times = new Map<string, number[]>()
  for (const line of csv.trim().split('\n').slice(1)) {
    const [, milliseconds, name] = line.split(';')
    if (name !== undefined) times.set(name, [...(times.get(name) ?? []), Number(milliseconds)])
  }
  return times
}
