import type { SrfRequest } from 'drachtio-srf'
import { userOf } from './user-of.ts'

/**
 * What a request came over, as URIs name it. drachtio-server 0.9 says nothing at all of a WebSocket, and "tls" of a secure one:
 * there the Via tells (RFC 7118 section 5.2).
 */
export function transportOf(request: SrfRequest): string {
  const told = request.protocol.toLowerCase()
  const written = /^SIP\s*\/\s*2\.0\s*\/\s*(WSS?)\s/i.exec(String(request.get('via') ?? ''))?.[1]?.toLowerCase()
  return written ?? (told || 'ws')
}

/** Whether a request came over a WebSocket, so from a page in a browser. */
export function isFromBrowser(request: SrfRequest): boolean {
  return transportOf(request).startsWith('ws')
}

/** Who calls from the page for citizens has no number and may not claim one (RFC 3323 section 4.1.1.3). */
export function isAnonymous(request: SrfRequest): boolean {
  const claims = request.has('p-asserted-identity') || request.has('remote-party-id')
  return !claims && userOf(String(request.get('from'))) === 'anonymous'
}
