import { isToken, parseNameAddr, splitOutside, trimBlanks } from './grammar.ts'
import { type HeaderField, header, headerValues, type SipMessage, type SipRequest } from './sip-message.ts'
import { parseSipUri } from './sip-uri.ts'
import { parseVia } from './via.ts'

/**
 * What became of received bytes. `malformed` carries the request when enough of it was readable to answer 400;
 * `noise` is to be dropped.
 */
export type Parsed =
  | { readonly kind: 'message'; readonly message: SipMessage }
  | { readonly kind: 'malformed'; readonly reason: string; readonly request: SipRequest | undefined }
  | { readonly kind: 'noise' }

const compactNames: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
}

/** Lists that are worked on one value at a time. */
const splitAtCommas = new Set(['via', 'route', 'record-route', 'path', 'service-route'])

const onceOnly = ['from', 'to', 'call-id', 'cseq', 'max-forwards', 'content-length'] as const

/** Parses one whole message, as in a datagram or cut from a stream by its Content-Length. */
export function parseMessage(bytes: Buffer): Parsed {
  const text = bytes.toString('latin1').replace(/^(?:\r\n)+/, '')
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  const rest = end < 0 ? '' : text.slice(end + 4)
  const [start = '', ...lines] = unfold(head)
  const { headers, fault } = readHeaders(lines)
  const message = readStartLine(start, headers)
  if (!message) return { kind: 'noise' }
  const reason = fault ?? (end < 0 ? 'Unterminated header' : undefined) ?? faultOf(message) ?? bodyFault(message, rest)
  if (reason !== undefined) return malformed(message, reason)
  return { kind: 'message', message: { ...message, body: rest.slice(0, contentLength(message) ?? rest.length) } }
}

function malformed(message: SipMessage, reason: string): Parsed {
  const via = header(message, 'via')
  const answerable = message.kind === 'request' && message.method !== 'ACK' && via !== undefined && parseVia(via)
  return { kind: 'malformed', reason, request: answerable ? message : undefined }
}

/** Joins folded lines (RFC 3261 section 7.3.1). */
function unfold(head: string): string[] {
  const lines: string[] = []
  for (const line of head.split('\r\n')) {
    const last = lines.length - 1
    if (last > 0 && (line.startsWith(' ') || line.startsWith('\t'))) lines[last] = `${lines[last]} ${trimBlanks(line)}`
    else lines.push(line)
  }
  return lines
}

function readStartLine(line: string, headers: HeaderField[]): SipMessage | undefined {
  // A lone LF in a URI would be a second line to a less strict receiver behind us.
  if (/[\0\t\r\n]/.test(line)) return undefined
  const status = /^SIP\/2\.0 (\d{3}) ?(.*)$/i.exec(line)
  if (status) {
    return { kind: 'response', status: Number(status[1]), reason: status[2] ?? '', headers, body: '' }
  }
  const [method = '', uri = '', version = '', ...more] = line.split(' ')
  if (!isToken(method) || uri === '' || version.toUpperCase() !== 'SIP/2.0' || more.length > 0) return undefined
  return { kind: 'request', method, uri, headers, body: '' }
}

function readHeaders(lines: readonly string[]): { headers: HeaderField[]; fault: string | undefined } {
  const headers: HeaderField[] = []
  let fault: string | undefined
  for (const line of lines) {
    const colon = line.indexOf(':')
    const written = trimBlanks(line.slice(0, Math.max(colon, 0)))
    if (!isToken(written) || /[\0\r\n]/.test(line)) {
      fault ??= 'Malformed header line'
      continue
    }
    const name = compactNames[written.toLowerCase()] ?? written
    const key = name.toLowerCase()
    const value = trimBlanks(line.slice(colon + 1))
    for (const each of splitAtCommas.has(key) ? splitOutside(value, ',') : [value])
      headers.push({ key, name, value: each })
  }
  return { headers, fault }
}

function faultOf(message: SipMessage): string | undefined {
  const twice = onceOnly.find((key) => headerValues(message, key).length > 1)
  if (twice) return `Repeated ${twice} header`
  return (
    addressFault(message) ?? sequenceFault(message) ?? (message.kind === 'request' ? requestFault(message) : undefined)
  )
}

function addressFault(message: SipMessage): string | undefined {
  const vias = headerValues(message, 'via')
  if (vias.length === 0 || !vias.every((value) => parseVia(value))) return 'Missing or malformed Via header'
  for (const key of ['from', 'to'] as const) {
    const value = header(message, key)
    if (value === undefined || !parseNameAddr(value)) return `Missing or malformed ${key} header`
  }
  if (!/^[^ \t]+$/.test(header(message, 'call-id') ?? '')) return 'Missing or malformed Call-ID header'
  for (const value of headerValues(message, 'contact')) {
    const usable = value === '*' || splitOutside(value, ',').every((each) => parseNameAddr(each))
    if (!usable) return 'Malformed Contact header'
  }
  return undefined
}

function sequenceFault(message: SipMessage): string | undefined {
  const match = /^(\d{1,10})[ \t]+([^ \t]+)$/.exec(header(message, 'cseq') ?? '')
  // RFC 3261 section 8.1.1.5: the number fits 31 bits.
  if (!match || Number(match[1]) >= 2 ** 31) return 'Missing or malformed CSeq header'
  if (message.kind === 'request' && match[2] !== message.method) return 'CSeq does not match the method'
  if (message.kind === 'response' && (message.status < 100 || message.status > 699)) return 'Malformed status code'
  return undefined
}

function requestFault(request: SipRequest): string | undefined {
  if (/^sips?:/i.test(request.uri) ? !parseSipUri(request.uri) : !/^[a-z][a-z0-9+.-]*:./i.test(request.uri)) {
    return 'Malformed Request-URI'
  }
  const hops = header(request, 'max-forwards')
  if (hops !== undefined && !(/^\d{1,3}$/.test(hops) && Number(hops) <= 255)) return 'Malformed Max-Forwards header'
  for (const key of ['route', 'record-route']) {
    if (!headerValues(request, key).every((value) => parseNameAddr(value))) return `Malformed ${key} header`
  }
  return undefined
}

function bodyFault(message: SipMessage, rest: string): string | undefined {
  const written = header(message, 'content-length')
  if (written === undefined) return undefined
  if (!/^\d{1,9}$/.test(written)) return 'Malformed Content-Length header'
  return Number(written) > rest.length ? 'Content-Length exceeds the message' : undefined
}

function contentLength(message: SipMessage): number | undefined {
  const written = header(message, 'content-length')
  return written === undefined ? undefined : Number(written)
}
