/**
 * The lexical pieces of RFC 3261 section 25. Messages are handled as latin1 text, one character a byte, so that names
 * in GBK or broken UTF-8 pass through unchanged. Hence no `trim`, `\s` or Unicode case folding: they would take
 * bytes such as 0xA0 for white space.
 */
export type Params = ReadonlyMap<string, string | undefined>

export interface NameAddr {
  readonly uri: string
  readonly params: Params
}

const token = /^[A-Za-z0-9\-.!%*_+`'~]+$/

export function isToken(text: string): boolean {
  return token.test(text)
}

/** A loop, not a regular expression: 64 kB of blanks must not cost quadratic time. */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\n'
}

/** Splits at `separator`, except inside a quoted string or angle brackets. */
export function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') at = endOfQuoted(text, at) ?? text.length
    else if (char === '<') at = closing(text, at)
    else if (char === separator) {
      parts.push(trimBlanks(text.slice(start, at)))
      start = at + 1
    }
  }
  parts.push(trimBlanks(text.slice(start)))
  return parts
}

function closing(text: string, open: number): number {
  const end = text.indexOf('>', open)
  return end < 0 ? text.length : end
}

/** Index of the quote that closes the one at `open`. */
function endOfQuoted(text: string, open: number): number | undefined {
  for (let at = open + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return undefined
}

export function parseParams(text: string): Params | undefined {
  const params = new Map<string, string | undefined>()
  if (trimBlanks(text) === '') return params
  const [before, ...pieces] = splitOutside(text, ';')
  if (before !== '') return undefined
  for (const piece of pieces) {
    if (piece === '') continue
    const equals = piece.indexOf('=')
    const name = trimBlanks(equals < 0 ? piece : piece.slice(0, equals))
    if (!isToken(name)) return undefined
    params.set(name.toLowerCase(), equals < 0 ? undefined : trimBlanks(piece.slice(equals + 1)))
  }
  return params
}

/** A From, To, Contact, Route or Record-Route value: `"name" <uri>;param` or the bare `uri;param` form. */
export function parseNameAddr(value: string): NameAddr | undefined {
  const text = trimBlanks(value)
  const open = openingBracket(text)
  if (open < 0) return bareAddress(text)
  const close = text.indexOf('>', open)
  if (close < 0) return undefined
  const params = parseParams(text.slice(close + 1))
  const uri = trimBlanks(text.slice(open + 1, close))
  return params && uri !== '' ? { uri, params } : undefined
}

function openingBracket(text: string): number {
  if (!text.startsWith('"')) return text.indexOf('<')
  const end = endOfQuoted(text, 0)
  // The last byte of a GBK character may be a backslash, which then seems to escape the closing quote. The address
  // itself is plain ASCII, so its bracket is found from behind.
  if (end === undefined) return text.lastIndexOf('<')
  return text.indexOf('<', end)
}

/** Without angle brackets every parameter belongs to the header, not to the URI (RFC 3261 section 20.10). */
function bareAddress(text: string): NameAddr | undefined {
  if (text.startsWith('"')) return undefined
  const semicolon = text.indexOf(';')
  const uri = trimBlanks(semicolon < 0 ? text : text.slice(0, semicolon))
  const params = parseParams(semicolon < 0 ? '' : text.slice(semicolon))
  return params && uri !== '' && !/[ \t,]/.test(uri) ? { uri, params } : undefined
}

/** The tag of a From or To value. */
export function tagOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : parseNameAddr(value)?.params.get('tag')
}
