import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePorts } from '../../../scripts/launch/free-ports.ts'
import { projectRoot } from '../../../src/kernel/index.ts'
import { until } from '../../support/until.ts'

/** In the environment of whatever a command starts, and of nothing else. */
let mark: string
let folder: string
beforeEach(() => {
  mark = `YIHAO_TEST_MARK=${randomUUID()}`
  folder = mkdtempSync(join(tmpdir(), 'yihao-stopping-'))
  // As root PostgreSQL is somebody else, who must be able to walk through.
  chmodSync(folder, 0o711)
})
afterEach(() => {
  for (const pid of startedByUs()) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Everything that carries the mark and has not ended. */
function startedByUs(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && environmentOf(pid).includes(mark))
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    // It ended meanwhile, or is not ours to look at.
    return ''
  }
}

/** Runs a command as a terminal does, in a process group of its own; its temporary files go into the test's folder. */
async function run(command: 'start' | 'demo') {
  const ports = await freePorts()
  const [name, value] = mark.split('=') as [string, string]
  const child = spawn(
    process.execPath,
    [
      join(projectRoot(), 'dist/scripts', `${command}.js`),
      ...(command === 'start' ? ['--state-dir', join(folder, 'state')] : []),
    ],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        [name]: value,
        TMPDIR: folder,
        POSTGRES_PORT: String(ports.postgres),
        SIP_PORT: String(ports.sip),
        SIP_WS_PORT: String(ports.sipWs),
        SIP_ADMIN_PORT: String(ports.sipAdmin),
        SWITCH_SIP_PORT: String(ports.switchSip),
        SWITCH_ESL_PORT: String(ports.switchEsl),
        HTTP_PORT: String(ports.http),
        TICKETS_PORT: String(ports.tickets),
      },
    },
  )
  const said = { text: '' }
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said.text += String(text)))
  return { child, said }
}

/** What a terminal does on Ctrl-C. */
function ctrlC({ pid = 0 }: ChildProcess): void {
  process.kill(-pid, 'SIGINT')
}

test.each([
  ['start', 'starting PostgreSQL'],
  ['start', 'starting hotline'],
  ['start', 'starting tickets'],
  ['demo', 'starting PostgreSQL'],
  ['demo', 'starting hotline'],
] as const)(
  'scripts/%s - Ctrl-C while it is %s ends everything it began',
  async (command, step) => {
    const { child, said } = await run(command)
    await until(() => said.text.includes(step), step, 60_000)
    await until(() => startedByUs().length > 1, 'it has begun something')

    ctrlC(child)

    await until(() => child.exitCode !== null || child.signalCode !== null, `it ends: ${said.text}`)
    expect(child.signalCode).toBeNull()
    await until(() => startedByUs().length === 0, 'nothing is left')
  },
  150_000,
)
