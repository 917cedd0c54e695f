/** Thrown when the other side does not speak drachtio's framing; the connection is then useless. */
export class FramingError extends Error {}

const longestFrame = 1_048_576

/** `<length in bytes>#<text>`, the text as latin1 so that every byte passes unchanged. */
export function encodeFrame(text: string): Buffer {
  return Buffer.from(`${text.length}#${text}`, 'latin1')
}

export class FrameDecoder {
  #pending: Buffer = Buffer.alloc(0)

  /** The frames completed by `chunk`, as latin1 text. Throws FramingError. */
  push(chunk: Buffer): string[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    const frames: string[] = []
    for (;;) {
      const mark = this.#pending.indexOf('#')
      if (mark < 0 || mark > 7) {
        this.#requireDigits(this.#pending.length)
        return frames
      }
      this.#requireDigits(mark)
      const length = Number(this.#pending.toString('latin1', 0, mark))
      if (mark === 0 || length > longestFrame) throw new FramingError('Frame length missing or too large')
      if (this.#pending.length < mark + 1 + length) return frames
      frames.push(this.#pending.toString('latin1', mark + 1, mark + 1 + length))
      this.#pending = this.#pending.subarray(mark + 1 + length)
    }
  }

  #requireDigits(count: number): void {
    if (count > 7 || !/^\d*$/.test(this.#pending.toString('latin1', 0, count))) {
      throw new FramingError('Frame does not begin with its length')
    }
  }
}
