import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { newSecret } from '../../src/kernel/index.ts'

/** Passwords between our own processes: made at the first start, readable by their owner only. */
export interface Secrets {
  readonly postgres: string
  readonly switchEsl: string
  readonly sipServer: string
}

export function readOrMakeSecrets(path: string): Secrets {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Secrets
  const secrets = { postgres: newSecret(), switchEsl: newSecret(), sipServer: newSecret() }
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}
