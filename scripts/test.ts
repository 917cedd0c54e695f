import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot, readArguments } from '../src/kernel/index.ts'

const help = `Usage: scripts/test [--real] [vitest filter ...]

Runs the checks and all tests and ends with a line "N passed, N failed". The contract suites and scenarios run on the
stand-ins always, and on FreeSWITCH and drachtio-server too when they are on this machine.

  --real   only what runs on the real FreeSWITCH and drachtio-server; fails when they are missing`

const { values: flags, positionals: filters } = readArguments({
  allowPositionals: true,
  options: { real: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const root = projectRoot()

if (flags.help) console.log(help)
else process.exitCode = run()

function run(): number {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  if (!flags.real && filters.length === 0) runChecks(counts)
  runVitest(counts)
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1
}

/** The parts of `npm run check`, each counted by itself. */
function runChecks(counts: Counts): void {
  const bin = (name: string) => join(root, 'node_modules/.bin', name)
  const checks: [string, string, string[]][] = [
    ['types', bin('tsc'), ['--noEmit']],
    ['types of the web pages', bin('vue-tsc'), ['-p', 'web/tsconfig.json', '--noEmit']],
    ['lint', bin('biome'), ['check', '.']],
    ['import rules', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'src', 'sip', 'scripts', 'test', 'web']],
    ['dead exports', bin('knip'), []],
    ['IVR menus', process.execPath, ['dist/scripts/ivr-check.js']],
  ]
  for (const [name, command, args] of checks) {
    const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    console.log(`check ${name}: ${status === 0 ? 'passed' : 'FAILED'}`)
    if (status === 0) counts.passed += 1
    else counts.failed += 1
  }
}

function runVitest(counts: Counts): void {
  const artefacts = join(root, 'artefacts')
  const report = join(artefacts, 'vitest.json')
  mkdirSync(artefacts, { recursive: true })
  rmSync(report, { force: true })
  const args = ['run', ...filters, '--reporter=default', '--reporter=json', `--outputFile=${report}`]
  const env = { ...process.env, ...(flags.real ? { YIHAO_REAL: 'only' } : {}) }
  const { status } = spawnSync(join(root, 'node_modules/.bin/vitest'), args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    ) as Record<string, number>
    counts.passed += numPassedTests ?? 0
    counts.skipped += numPendingTests ?? 0
    counts.failed += numFailedTests ?? 0
    // A file that could not be loaded has no test that failed, and an error outside a test fails none.
    if ((numFailedTests ?? 0) === 0 && (status !== 0 || (numFailedTestSuites ?? 0) > 0)) counts.failed += 1
  } catch {
    console.error(`vitest left no report at ${report}`)
    counts.failed += 1
  }
}
