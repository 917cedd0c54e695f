/** Opcodes of RFC 6455 section 5.2. */
const opcodes = { text: 1, ping: 9 } as const

/** Counts the frames a WebSocket server sends without reading them, so that a listener costs as little as it can. */
export class FrameCounter {
  readonly #onFrame: (kind: 'text' | 'ping') => void
  /** The beginning of a frame whose head has not come whole. */
  #head: Buffer = Buffer.alloc(0)
  #left = 0
  #opcode = 0

  constructor(onFrame: (kind: 'text' | 'ping') => void) {
    this.#onFrame = onFrame
  }

  take(chunk: Buffer): void {
    const bytes = this.#head.length > 0 ? Buffer.concat([this.#head, chunk]) : chunk
    this.#head = Buffer.alloc(0)
    let at = 0
    while (at < bytes.length) {
      if (this.#left === 0) {
        const length = headLength(bytes, at)
        if (length === undefined || at + length > bytes.length) {
          this.#head = bytes.subarray(at)
          return
        }
        this.#opcode = (bytes[at] ?? 0) & 0x0f
        this.#left = payloadLength(bytes, at)
        at += length
      }
      const taken = Math.min(this.#left, bytes.length - at)
      this.#left -= taken
      at += taken
      if (this.#left === 0) this.#ended()
    }
  }

  #ended(): void {
    if (this.#opcode === opcodes.text) this.#onFrame('text')
    if (this.#opcode === opcodes.ping) this.#onFrame('ping')
  }
}

/** A server's frames are not masked: 2 bytes, and 2 or 8 more of length (RFC 6455 section 5.2). */
function headLength(bytes: Buffer, at: number): number | undefined {
  const short = bytes[at + 1]
  if (short === undefined) return undefined
  return short === 126 ? 4 : short === 127 ? 10 : 2
}

function payloadLength(bytes: Buffer, at: number): number {
  const short = bytes[at + 1] ?? 0
  if (short === 126) return bytes.readUInt16BE(at + 2)
  return short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short
}
