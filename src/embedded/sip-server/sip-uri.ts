import { isIPv6 } from 'node:net'
import { type Params, parseParams } from './grammar.ts'
import type { Transport } from './transport.ts'

export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  readonly user: string | undefined
  /** Lower case; an IPv6 address without its brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly params: Params
}

const form = /^(sips?):(?:([^@]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?((?:;[^?]*)?)(?:\?.*)?$/i

/** A SIP or SIPS URI (RFC 3261 section 19.1); undefined when it is not one or is malformed. */
export function parseSipUri(text: string): SipUri | undefined {
  const match = form.exec(text)
  if (!match) return undefined
  const [, scheme = '', user, host = '', port, params = ''] = match
  const parsed = parseParams(params)
  if (!parsed || Number(port ?? 0) > 65_535) return undefined
  return {
    scheme: scheme.toLowerCase() === 'sips' ? 'sips' : 'sip',
    user,
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: port === undefined ? undefined : Number(port),
    params: parsed,
  }
}

const transports: readonly Transport[] = ['udp', 'tcp', 'ws', 'wss']

export function transportOf(uri: SipUri): Transport | undefined {
  const asked = uri.params.get('transport')?.toLowerCase()
  return transports.find((each) => each === asked)
}

export function hostPort({ host, port }: { host: string; port: number }): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}
