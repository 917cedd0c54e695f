import type { FileHandle } from 'node:fs/promises'
import { chunkLength, openChunk, plainLength, type SealHead, sealedChunkLength } from './sealed-format.ts'

/** A sealed file opened for reading; whoever opens it reads it once, or closes it. */
export class SealedSound {
  /** Bytes of the WAV file in it. */
  readonly size: number
  readonly #handle: FileHandle
  readonly #head: SealHead
  readonly #lastChunk: number

  constructor({ handle, head, fileLength }: { handle: FileHandle; head: SealHead; fileLength: number }) {
    this.#handle = handle
    this.#head = head
    this.size = plainLength(fileLength, head)
    this.#lastChunk = Math.ceil(this.size / chunkLength) - 1
  }

  /** The bytes from `first` to `last`, both included, as they are opened. Closes the file at the end. */
  async *read({ first, last }: { first: number; last: number }): AsyncIterable<Buffer> {
    try {
      const lastIndex = Math.floor(last / chunkLength)
      for (let index = Math.floor(first / chunkLength); index <= lastIndex; index += 1) {
        const plain = await this.#chunk(index)
        const start = index * chunkLength
        yield plain.subarray(Math.max(0, first - start), Math.min(plain.length, last - start + 1))
      }
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  async #chunk(index: number): Promise<Buffer> {
    const at = this.#head.bytes.length + index * sealedChunkLength
    const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(sealedChunkLength), 0, sealedChunkLength, at)
    return openChunk(this.#head, buffer.subarray(0, bytesRead), { index, last: index === this.#lastChunk })
  }
}
