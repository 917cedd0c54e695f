import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { chunkLength, headAtMost, newHead, readHead, type SealHead, sealChunk } from './sealed-format.ts'
import { SealedSound } from './sealed-sound.ts'
import type { SoundKeys } from './sound-keys.ts'
import { openWav } from './wav-source.ts'

/** A sound as it was stored. */
export interface StoredSound {
  /** Path below the vault's folder. */
  readonly file: string
  /** Of the WAV file that comes out again: its size, and its SHA-256 in hexadecimal digits. */
  readonly bytes: number
  readonly sha256: string
  readonly durationMs: number
  readonly keyId: string
}

/** Sound files at rest: sealed with a configured key, whole or not there at all. */
export class Vault {
  readonly #folder: string
  readonly #keys: SoundKeys

  constructor({ folder, keys }: { folder: string; keys: SoundKeys }) {
    this.#folder = folder
    this.#keys = keys
  }

  /**
   * Takes in a WAV file of a switch; the file itself stays where it is. It is on disk under its name when this resolves,
   * and nothing of it is when this rejects: with SoundUnusable, or the error of the file system.
   */
  async store({ from, file }: { from: string; file: string }): Promise<StoredSound> {
    const wav = await openWav(from)
    const path = join(this.#folder, file)
    const part = `${path}.part`
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const sha256 = await this.#write(part, wav.read()).catch(async (error: unknown) => {
      await rm(part, { force: true })
      throw error
    })
    await rename(part, path)
    // The name is a change of the folder, which has a cache of its own.
    await synced(dirname(path))
    return { file, bytes: wav.bytes, sha256, durationMs: wav.durationMs, keyId: this.#keys.current.keyId }
  }

  /** Throws SoundSealed, or the error of the file system when there is no such file. */
  async open(file: string): Promise<SealedSound> {
    const handle = await open(join(this.#folder, file), 'r')
    try {
      const { size } = await handle.stat()
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headAtMost), 0, headAtMost, 0)
      return new SealedSound({ handle, head: readHead(buffer.subarray(0, bytesRead), this.#keys), fileLength: size })
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** One that is not there is no error. */
  async remove(file: string): Promise<void> {
    await rm(join(this.#folder, file), { force: true })
  }

  async #write(path: string, sound: AsyncIterable<Buffer>): Promise<string> {
    const head = newHead(this.#keys)
    const hash = createHash('sha256')
    const handle = await open(path, 'w', 0o600)
    try {
      await writeAll(handle, head.bytes)
      for await (const sealed of sealedChunks(sound, head, (plain) => hash.update(plain)))
        await writeAll(handle, sealed)
      await handle.sync()
    } finally {
      await handle.close()
    }
    return hash.digest('hex')
  }
}

/** A chunk is sealed when it is known whether another follows. */
async function* sealedChunks(
  sound: AsyncIterable<Buffer>,
  head: SealHead,
  onPlain: (plain: Buffer) => void,
): AsyncIterable<Buffer> {
  let pending = Buffer.alloc(0)
  let index = 0
  for await (const piece of sound) {
    onPlain(piece)
    pending = Buffer.concat([pending, piece])
    for (; pending.length > chunkLength; pending = pending.subarray(chunkLength), index += 1) {
      yield sealChunk(head, pending.subarray(0, chunkLength), { index, last: false })
    }
  }
  yield sealChunk(head, pending, { index, last: true })
}

/** `write` may take a part only, on a disk that is nearly full. */
async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
