import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../src/kernel/index.ts'
import type { Gauge } from './process-gauge.ts'
import { until } from './until.ts'

/** What a process of ours is started with so that {@link readGauge} can ask it. */
export function gaugeEnv(path: string): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${join(projectRoot(), 'dist/test/support/process-gauge.js')}`,
    PROCESS_GAUGE: path,
  }
}

/** Has the process tell what it holds. */
export async function readGauge(pid: number, path: string): Promise<Gauge> {
  rmSync(path, { force: true })
  process.kill(pid, 'SIGUSR2')
  await until(() => existsSync(path), 'the process tells what it holds', 60_000)
  return JSON.parse(readFileSync(path, 'utf8')) as Gauge
}
