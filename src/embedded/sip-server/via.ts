import { type Params, parseParams } from './grammar.ts'

export interface Via {
  readonly transport: string
  readonly host: string
  readonly port: number | undefined
  readonly params: Params
  readonly branch: string | undefined
}

const form =
  /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*([A-Za-z0-9-]+)[ \t]+(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)[ \t]*(?::[ \t]*(\d{1,5}))?[ \t]*(;.*)?$/i

/** Longer ones come from attackers only, and the pattern above is quadratic in its blanks. */
const longest = 2048

/** RFC 3261 section 8.1.1.7: a branch that begins so identifies the transaction by itself. */
export const magicCookie = 'z9hG4bK'

export function parseVia(value: string): Via | undefined {
  const match = value.length > longest ? null : form.exec(value)
  if (!match) return undefined
  const [, transport = '', host = '', port, tail = ''] = match
  const params = parseParams(tail)
  if (!params || Number(port ?? 0) > 65_535) return undefined
  return {
    transport: transport.toLowerCase(),
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: port === undefined ? undefined : Number(port),
    params,
    branch: params.get('branch'),
  }
}

/**
 * The value with the sender's real address in it (RFC 3261 section 18.2.1, RFC 3581 section 4). Like drachtio-server,
 * rport is filled in even where the client did not ask, since most phones sit behind an address translator.
 */
export function stampVia(value: string, source: { host: string; port: number }): string {
  const via = parseVia(value)
  if (!via) return value
  const kept = value.replace(/;[ \t]*(?:rport|received)[ \t]*(?:=[^;]*)?(?=;|$)/gi, '')
  const received = via.host === source.host ? '' : `;received=${source.host}`
  return `${kept}${received};rport=${source.port}`
}
