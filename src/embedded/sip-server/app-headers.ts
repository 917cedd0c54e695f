import { isToken, trimBlanks } from './grammar.ts'
import { field, type HeaderField } from './sip-message.ts'
import { hostPort } from './sip-uri.ts'
import type { Endpoint } from './transport.ts'

/** Headers the server alone writes; drachtio-server drops them without a word, and so do we. */
const serverOnly = new Set(['via', 'route', 'rseq', 'record-route', 'content-length'])
const mayNameLocalhost = new Set(['from', 'to', 'contact', 'p-asserted-identity'])

const wellKnown: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  rack: 'RAck',
  'www-authenticate': 'WWW-Authenticate',
  'mime-version': 'MIME-Version',
  'sip-etag': 'SIP-ETag',
  'sip-if-match': 'SIP-If-Match',
  'min-se': 'Min-SE',
}

/**
 * The headers an application gave, cleaned: no line breaks, none of the server's own, `@localhost` in addresses replaced by
 * our address, names in their usual capitals.
 */
export function appHeaders(lines: readonly string[], own: Endpoint | undefined): HeaderField[] {
  return lines.flatMap((line) => {
    const colon = line.indexOf(':')
    const name = trimBlanks(line.slice(0, Math.max(colon, 0)))
    const value = trimBlanks(line.slice(colon + 1))
    if (!isToken(name) || value === '' || /[\0\r\n]/.test(value) || serverOnly.has(name.toLowerCase())) return []
    const replaced = own && mayNameLocalhost.has(name.toLowerCase()) ? withOwnHost(value, own) : value
    return [field(capitalised(name), replaced)]
  })
}

/** `sip:user@localhost` becomes `sip:user@<our address>`. */
export function withOwnHost(value: string, own: Endpoint): string {
  return value.replace(/@localhost(?::\d+)?(?=[;>?]|$)/, `@${hostPort(own)}`)
}

function capitalised(name: string): string {
  const known = wellKnown[name.toLowerCase()]
  if (known) return known
  return /^x-/i.test(name)
    ? name
    : name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
}
