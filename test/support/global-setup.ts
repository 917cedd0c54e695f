import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { freePort } from '../../scripts/launch/free-port.ts'
import { startPostgres } from '../../src/embedded/postgres.ts'
import { newSecret, projectRoot } from '../../src/kernel/index.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL for the whole run; every test file makes a database of its own in it. */
    postgresUrl: string
  }
}

/** Builds what scenario tests start as processes, and starts one PostgreSQL for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync(join(projectRoot(), 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], {
    cwd: projectRoot(),
    stdio: 'inherit',
  })
  const folder = mkdtempSync(join(tmpdir(), 'yihao-test-'))
  chmodSync(folder, 0o711)
  const data = join(folder, 'postgres')
  const postgres = await startPostgres({ folder: data, port: await freePort(), password: newSecret(), temporary: true })
  project.provide('postgresUrl', postgres.url('postgres'))
  return async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
