import { randomBytes, randomUUID } from 'node:crypto'

/** A UUID version 4: channel, call and event ids. */
export function newId(): string {
  return randomUUID()
}

/** A secret of `bytes` random bytes as URL-safe text. */
export function newSecret(bytes = 18): string {
  return randomBytes(bytes).toString('base64url')
}
