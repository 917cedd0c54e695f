import type { Header } from '../core/switch-event.ts'

/** A command as a client sent it: its first line, and the headers after it, their names in lower case. */
export interface EslCommand {
  readonly line: string
  readonly headers: ReadonlyMap<string, string>
  /** The same headers as they were spelt, in their order. */
  readonly fields: readonly Header[]
  readonly body: string | undefined
}

/** The client sent what cannot be a command; its connection is closed. */
export class EslFramingError extends Error {}

const headersAtMost = 1024 * 1024
const bodyAtMost = 10 * 1024 * 1024
const newline = 0x0a
const carriageReturn = 0x0d

/**
 * Cuts the octets of a connection into commands. A command ends at an empty line; with a Content-Length header that
 * many octets of body follow. Where the octets are cut by the network makes no difference.
 */
export class EslFramer {
  #buffer: Buffer = Buffer.alloc(0)
  /** Up to where no end of headers was found: a slow drip of octets must not be searched from the start each time. */
  #searched = 0

  /** The commands complete by now. Throws EslFramingError when a command is longer than any honest one. */
  push(data: Buffer): EslCommand[] {
    this.#buffer = this.#buffer.length === 0 ? data : Buffer.concat([this.#buffer, data])
    const commands: EslCommand[] = []
    for (let command = this.#next(); command !== undefined; command = this.#next()) commands.push(command)
    return commands
  }

  #next(): EslCommand | undefined {
    this.#skipEmptyLines()
    const end = this.#endOfHeaders()
    if (end === undefined) {
      if (this.#buffer.length > headersAtMost) throw new EslFramingError('headers too long')
      return undefined
    }
    const command = parseHeaders(this.#buffer.toString('utf8', 0, end.at))
    const length = contentLength(command.headers)
    if (this.#buffer.length < end.next + length) return undefined
    const body = length === 0 ? undefined : this.#buffer.toString('utf8', end.next, end.next + length)
    this.#consume(end.next + length)
    return { ...command, body }
  }

  #skipEmptyLines(): void {
    let at = 0
    while (this.#buffer[at] === newline || this.#buffer[at] === carriageReturn) at += 1
    if (at > 0) this.#consume(at)
  }

  #consume(octets: number): void {
    this.#buffer = this.#buffer.subarray(octets)
    this.#searched = 0
  }

  /** Where the headers end and what follows begins; line ends may be LF or CRLF. */
  #endOfHeaders(): { at: number; next: number } | undefined {
    for (let at = this.#buffer.indexOf(newline, this.#searched); at >= 0; at = this.#buffer.indexOf(newline, at + 1)) {
      const after = this.#buffer[at + 1] === carriageReturn ? at + 2 : at + 1
      if (this.#buffer[after] === newline) return { at, next: after + 1 }
    }
    this.#searched = Math.max(0, this.#buffer.length - 3)
    return undefined
  }
}

function parseHeaders(text: string): { line: string; headers: Map<string, string>; fields: Header[] } {
  const [line = '', ...rest] = text.split('\n').map((entry) => entry.replace(/\r+$/, ''))
  const fields = rest.flatMap((entry): Header[] => {
    const colon = entry.indexOf(':')
    return colon > 0 ? [[entry.slice(0, colon), entry.slice(colon + 1).replace(/^ +/, '')]] : []
  })
  return { line, fields, headers: new Map(fields.map(([name, value]) => [name.toLowerCase(), value])) }
}

function contentLength(headers: ReadonlyMap<string, string>): number {
  const text = headers.get('content-length')
  if (text === undefined) return 0
  const length = Number.parseInt(text, 10)
  if (length > bodyAtMost) throw new EslFramingError('Content-Length too large')
  return Number.isNaN(length) || length < 0 ? 0 : length
}
