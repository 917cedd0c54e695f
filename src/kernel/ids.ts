import { createHash, randomBytes, randomUUID } from 'node:crypto'

/** A UUID version 4: channel, call and event ids. */
export function newId(): string {
  return randomUUID()
}

/** A secret of `bytes` random bytes as URL-safe text. */
export function newSecret(bytes = 18): string {
  return randomBytes(bytes).toString('base64url')
}

/** The UUID version 5 of a name (RFC 9562 section 5.5): whoever derives it from the same name gets the same id. */
export function derivedId(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  const bytes = hash.subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
