export interface BenchOptions {
  readonly calls: number
  readonly sipServer: 'embedded' | 'drachtio'
  readonly mediaSwitch: 'embedded' | 'freeswitch'
}

/** Milliseconds; `ok` says whether the target holds, and is never true where nothing was measured. */
export interface BenchResult {
  readonly ok: boolean
  readonly name: string
  readonly on: string
  readonly measured: number
  readonly p50: number
  readonly p95: number
  readonly worst: number
  readonly target: string
}

export function resultOf(
  { name, targetMs }: { name: string; targetMs: number },
  { sipServer, mediaSwitch }: BenchOptions,
  samples: readonly number[],
): BenchResult {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  const p95 = at(0.95)
  return {
    ok: sorted.length > 0 && p95 <= targetMs,
    name,
    on: `${sipServer} + ${mediaSwitch}`,
    measured: sorted.length,
    p50: at(0.5),
    p95,
    worst: at(1),
    target: `p95 <= ${targetMs} ms`,
  }
}
