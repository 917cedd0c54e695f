import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot, readArguments } from '../src/kernel/index.ts'

const help = `Usage: scripts/test [--real] [--baresip] [vitest filter ...]

Runs the checks and all tests and ends with a line "N passed, N failed". The contract suites and scenarios run on the
stand-ins always, and on FreeSWITCH and drachtio-server too when they are on this machine.

  --real      only what runs on the real FreeSWITCH and drachtio-server; fails when they are missing
  --baresip   the scenarios, with baresips as the phones of agents, branches and citizens (docs/phones.md); each room
              prints how many phones were baresips, and which were ours because the scenario needs what baresip cannot`

const { values: flags, positionals: filters } = readArguments({
  allowPositionals: true,
  options: {
    real: { type: 'boolean', default: false },
    baresip: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

interface Counts {
  passed: number
  failed: number
  skipped: number
}

const root = projectRoot()
const artefacts = join(root, 'artefacts')

if (flags.help) console.log(help)
else process.exitCode = run()

function run(): number {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  if (!flags.real && !flags.baresip && filters.length === 0) runChecks(counts)
  runVitest(counts)
  tellSecondGoes()
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

/** A test in a browser that failed was run once more: whatever came of that, its first failure is a fault to look for. */
function tellSecondGoes(): void {
  const failures = readdirSync(join(artefacts, 'browser')).filter((name) => /^failed-.*\.txt$/.test(name))
  if (failures.length > 0) console.log(`failed in a browser, kept in artefacts/browser: ${failures.join(', ')}`)
}

function runVitest(counts: Counts): void {
  const report = join(artefacts, 'vitest.json')
  rmSync(join(artefacts, 'browser'), { recursive: true, force: true })
  mkdirSync(join(artefacts, 'browser'), { recursive: true })
  rmSync(report, { force: true })
  const chosen = flags.baresip && filters.length === 0 ? ['test/scenario'] : filters
  const args = ['run', ...chosen, '--reporter=default', '--reporter=json', `--outputFile=${report}`]
  const env = {
    ...process.env,
    ...(flags.real && { YIHAO_REAL: 'only' }),
    ...(flags.baresip && { YIHAO_PHONES: 'baresip' }),
  }
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
