import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a page of that origin may connect (RFC 6455 section 10.2). A browser always says where its page is from:
 * pages of this host, on whatever port, and of origins that were configured are ours. Who says nothing is no browser,
 * and could say anything.
 */
export function isOurOrigin(headers: IncomingHttpHeaders, configured: readonly string[]): boolean {
  const { origin, host } = headers
  if (origin === undefined) return true
  if (configured.includes(origin)) return true
  const [from, here] = [hostName(origin), hostName(`http://${host}`)]
  return from !== undefined && from === here
}

function hostName(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined
}
