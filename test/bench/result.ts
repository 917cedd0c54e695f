import { at } from './blocks.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import type { LoadWatch } from './load-watch.ts'

/** Percentiles of samples in milliseconds against a limit of the 95th; a void run is never ok. */
export function resultOf(
  { name, targetMs }: { name: string; targetMs: number },
  { sipServer, mediaSwitch }: InstrumentOptions,
  samples: readonly number[],
  watch?: LoadWatch,
): Finding {
  const p95 = rounded(at(samples, 0.95))
  const verdict = watch?.verdict ?? { void: false }
  return {
    ok: samples.length > 0 && p95 <= targetMs && !verdict.void,
    name,
    on: `${sipServer} + ${mediaSwitch}`,
    target: `p95 <= ${targetMs} ms`,
    measured: samples.length,
    p50: rounded(at(samples, 0.5)),
    p95,
    worst: rounded(at(samples, 1)),
    ...verdict,
  }
}
