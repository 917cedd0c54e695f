/** What a header section may measure on a stream before the peer is taken for hostile. */
const longestHead = 65_536
const longestBody = 1_048_576

/** Cuts a TCP stream into SIP messages by their Content-Length (RFC 3261 section 18.3). */
export class StreamFramer {
  #pending: Buffer = Buffer.alloc(0)
  #pings = 0

  /** The messages completed by `chunk`; `undefined` when the stream cannot be followed any more. */
  push(chunk: Buffer): Buffer[] | undefined {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk])
    const messages: Buffer[] = []
    for (;;) {
      this.#skipKeepAlive()
      const end = this.#pending.indexOf('\r\n\r\n')
      if (end < 0) return this.#pending.length > longestHead ? undefined : messages
      const length = end > longestHead ? undefined : bodyLength(this.#pending.toString('latin1', 0, end))
      if (length === undefined || length > longestBody) return undefined
      const size = end + 4 + length
      if (this.#pending.length < size) return messages
      messages.push(this.#pending.subarray(0, size))
      this.#pending = this.#pending.subarray(size)
    }
  }

  /** How many keep-alives came since the last time this was asked; each wants a CRLF back. */
  takePings(): number {
    const pings = this.#pings
    this.#pings = 0
    return pings
  }

  /** CRLF between messages means nothing; two at once are a keep-alive (RFC 5626 section 3.5.1). */
  #skipKeepAlive(): void {
    let at = 0
    while (this.#pending[at] === 0x0d && this.#pending[at + 1] === 0x0a) at += 2
    this.#pings += Math.floor(at / 4)
    if (at > 0) this.#pending = this.#pending.subarray(at)
  }
}

/** On a stream a message without Content-Length ends at its header; one that lies ends the connection. */
function bodyLength(head: string): number | undefined {
  const lengths = head.split('\r\n').flatMap((line) => /^(?:content-length|l)[ \t]*:(.*)$/i.exec(line)?.[1] ?? [])
  if (lengths.length === 0) return 0
  const text = lengths[0]?.replace(/[ \t]/g, '') ?? ''
  return lengths.length === 1 && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
