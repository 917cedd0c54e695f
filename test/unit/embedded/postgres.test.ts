import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../../scripts/launch/free-port.ts'
import { projectRoot } from '../../../src/kernel/index.ts'

describe('the embedded PostgreSQL', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'yihao-postgres-'))
    // As root the server is somebody else, who must be able to walk through.
    chmodSync(folder, 0o711)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** A program of its own that starts the server and ends it, and then does this. */
  async function ends(program: string) {
    const options = JSON.stringify({ folder: join(folder, 'postgres'), port: await freePort(), password: 'secret' })
    const lines = [
      `import { startPostgres } from ${JSON.stringify(join(projectRoot(), 'dist/src/embedded/postgres.js'))}`,
      `await (await startPostgres(${options})).stop()`,
      program,
    ]
    return spawnSync(process.execPath, ['--input-type=module', '--eval', lines.join('\n')], { encoding: 'utf8' })
  }

  test('leaves it to the program with what it ends', async () => {
    expect(await ends('process.exitCode = 3')).toMatchObject({ stderr: '', status: 3 })
    expect(await ends(`process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 60_000)`)).toMatchObject({
      stderr: '',
      signal: 'SIGTERM',
    })
  })
})
