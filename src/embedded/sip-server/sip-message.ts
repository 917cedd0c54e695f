/** A header field; `key` is the full name in lower case, whatever form was written. */
export interface HeaderField {
  readonly key: string
  readonly name: string
  readonly value: string
}

interface Common {
  readonly headers: HeaderField[]
  /** latin1, one character a byte. */
  readonly body: string
}

export interface SipRequest extends Common {
  readonly kind: 'request'
  readonly method: string
  readonly uri: string
}

export interface SipResponse extends Common {
  readonly kind: 'response'
  readonly status: number
  readonly reason: string
}

export type SipMessage = SipRequest | SipResponse

/** The value of the first field of that name. */
export function header(message: SipMessage, key: string): string | undefined {
  return message.headers.find((field) => field.key === key)?.value
}

export function headerValues(message: SipMessage, key: string): string[] {
  return message.headers.filter((field) => field.key === key).map((field) => field.value)
}

export function field(name: string, value: string): HeaderField {
  return { key: name.toLowerCase(), name, value }
}

export function without(headers: readonly HeaderField[], ...keys: string[]): HeaderField[] {
  return headers.filter(({ key }) => !keys.includes(key))
}

/** The fields with the first one of `key` replaced; added at the end when there is none. */
export function replaceFirst(headers: readonly HeaderField[], replacement: HeaderField): HeaderField[] {
  const at = headers.findIndex(({ key }) => key === replacement.key)
  return at < 0 ? [...headers, replacement] : headers.with(at, replacement)
}

/** The fields without the first one of `key`. */
export function withoutFirst(headers: readonly HeaderField[], key: string): HeaderField[] {
  const at = headers.findIndex((each) => each.key === key)
  return at < 0 ? [...headers] : headers.toSpliced(at, 1)
}

/** Sequence number and method of the CSeq header. */
export function cseqOf(message: SipMessage): { number: number; method: string } {
  const [number = '0', method = ''] = (header(message, 'cseq') ?? '').split(/[ \t]+/)
  return { number: Number(number), method }
}

export function serialise(message: SipMessage): Buffer {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`
  const lines = message.headers
    .filter(({ key }) => key !== 'content-length')
    .map(({ name, value }) => `${name}: ${value}`)
  return Buffer.from(
    [start, ...lines, `Content-Length: ${message.body.length}`, '', message.body].join('\r\n'),
    'latin1',
  )
}
