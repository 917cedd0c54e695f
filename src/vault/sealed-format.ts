import { createCipheriv, createDecipheriv, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { SoundSealed } from './errors.ts'
import type { SoundKeys } from './sound-keys.ts'

/**
 * A sealed file is a head and chunks of AES-256-GCM, so that any part of it can be opened without the rest:
 *
 *   'YHS1' · 32 random bytes · length of the key's id, the id · chunk · chunk · … · last chunk
 *
 * Every file has a key of its own, derived from the configured one and the random bytes (HKDF, RFC 5869), so a chunk's
 * nonce can be its number. The last chunk says in its nonce that it is the last: a file cut short does not open
 * (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
 */
const magic = 'YHS1'
const saltLength = 32
const tagLength = 16
export const chunkLength = 64 * 1024
export const sealedChunkLength = chunkLength + tagLength
/** The longest head there can be. */
export const headAtMost = magic.length + saltLength + 1 + 32

/** What all chunks of one file share. */
export interface SealHead {
  readonly bytes: Buffer
  readonly fileKey: Buffer
}

export function newHead({ current: { keyId, key } }: SoundKeys): SealHead {
  const salt = randomBytes(saltLength)
  const bytes = Buffer.concat([Buffer.from(magic), salt, Buffer.from([keyId.length]), Buffer.from(keyId)])
  return { bytes, fileKey: fileKeyOf(key, salt) }
}

/** Reads the head from the first bytes of a file. Throws {@link SoundSealed}. */
export function readHead(start: Buffer, keys: SoundKeys): SealHead {
  const idAt = magic.length + saltLength + 1
  if (start.length < idAt || start.toString('latin1', 0, magic.length) !== magic) {
    throw new SoundSealed('not a sealed sound file')
  }
  const bytes = start.subarray(0, idAt + (start[idAt - 1] ?? 0))
  const keyId = bytes.toString('latin1', idAt)
  const key = keys.find(keyId)
  if (!key) throw new SoundSealed(`sealed with key ${JSON.stringify(keyId)}, which SOUND_KEYS does not hold`)
  return { bytes, fileKey: fileKeyOf(key, bytes.subarray(magic.length, magic.length + saltLength)) }
}

export function sealChunk({ bytes, fileKey }: SealHead, plain: Buffer, place: ChunkPlace): Buffer {
  const cipher = createCipheriv('aes-256-gcm', fileKey, nonceOf(place)).setAAD(bytes)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Throws {@link SoundSealed} when the chunk is not what was sealed at that place. */
export function openChunk({ bytes, fileKey }: SealHead, sealed: Buffer, place: ChunkPlace): Buffer {
  const cut = sealed.length - tagLength
  if (cut < 0) throw new SoundSealed('sealed file is cut short')
  const decipher = createDecipheriv('aes-256-gcm', fileKey, nonceOf(place), { authTagLength: tagLength }).setAAD(bytes)
  decipher.setAuthTag(sealed.subarray(cut))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, cut)), decipher.final()])
  } catch {
    // Node says "unable to authenticate data" and nothing more; what it means here is this.
    throw new SoundSealed(`chunk ${place.index} of a sealed file was changed, or the file was cut short`)
  }
}

/** How many bytes a file of that length holds when it is opened. */
export function plainLength(fileLength: number, head: SealHead): number {
  const body = fileLength - head.bytes.length
  return body - Math.ceil(body / sealedChunkLength) * tagLength
}

export interface ChunkPlace {
  readonly index: number
  readonly last: boolean
}

function nonceOf({ index, last }: ChunkPlace): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(index, 7)
  nonce[11] = last ? 1 : 0
  return nonce
}

function fileKeyOf(key: KeyObject, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, 'yihao sound file', 32))
}
