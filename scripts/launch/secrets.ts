import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { newSecret } from '../../src/kernel/index.ts'

/** Passwords between our own processes: made at the first start, readable by their owner only. */
export interface Secrets {
  readonly postgres: string
  readonly switchEsl: string
  readonly sipServer: string
  /** Encrypts voicemails and recordings: without it nobody hears them again. */
  readonly soundKeys: string
  /** Signs sessions, for the hotline and the ticket service alike. */
  readonly session: string
  /** The ticket service's token at the hotline. */
  readonly tickets: string
}

export function readOrMakeSecrets(path: string): Secrets {
  const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<Secrets>) : {}
  const secrets = { ...newSecrets(), ...known }
  if (Object.keys(secrets).length === Object.keys(known).length) return secrets
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 })
  return secrets
}

function newSecrets(): Secrets {
  const soundKeys = `1:${randomBytes(32).toString('hex')}`
  const between = { postgres: newSecret(), switchEsl: newSecret(), sipServer: newSecret() }
  return { ...between, soundKeys, session: newSecret(32), tickets: newSecret(32) }
}
