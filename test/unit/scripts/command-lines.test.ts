import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../../../src/kernel/index.ts'

const commands = ['demo', 'start', 'test', 'migrate', 'ivr-check', 'make-prompts', 'verify-audit']

function run(command: string, ...args: string[]) {
  const script = join(projectRoot(), 'dist/scripts', `${command}.js`)
  return spawnSync(process.execPath, ['--enable-source-maps', script, ...args], { encoding: 'utf8', timeout: 20_000 })
}

describe.each(commands)('%s', (command) => {
  test('--help explains it', () => {
    const { status, stdout } = run(command, '--help')

    expect(status).toBe(0)
    expect(stdout.length).toBeGreaterThan(100)
  })

  test('an option it does not know is named in a sentence, and nothing is done', () => {
    const { status, stdout, stderr } = run(command, '--bogus')

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain("'--bogus'")
    expect(stderr).toContain('--help')
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})
