import { createSecretKey, type KeyObject } from 'node:crypto'
import { ConfigurationError } from '../kernel/index.ts'

/** The keys that seal sound files: new files get the first, every one opens its own. */
export interface SoundKeys {
  readonly current: { readonly keyId: string; readonly key: KeyObject }
  find(keyId: string): KeyObject | undefined
}

/** Reads `id:64 hexadecimal digits`, several with commas between, the one for new files first. Throws ConfigurationError. */
export function readSoundKeys(text: string): SoundKeys {
  const keys = new Map(text.split(',').map((part) => readKey(part.trim())))
  const [first] = keys
  if (!first) throw new ConfigurationError('SOUND_KEYS names no key')
  const [keyId, key] = first
  return { current: { keyId, key }, find: (id) => keys.get(id) }
}

function readKey(part: string): [string, KeyObject] {
  const [, keyId, digits] = /^([A-Za-z0-9_.-]{1,32}):([0-9a-fA-F]{64})$/.exec(part) ?? []
  if (keyId !== undefined && digits !== undefined) return [keyId, createSecretKey(Buffer.from(digits, 'hex'))]
  // The text is not repeated: most of it may be a right key.
  throw new ConfigurationError('SOUND_KEYS: name:64 hexadecimal digits is expected, e.g. from openssl rand -hex 32')
}
