import { parseNameAddr } from './grammar.ts'
import type { RegisteredFlows } from './registered-flows.ts'
import { type HeaderField, headerValues, type SipRequest, without } from './sip-message.ts'
import { parseSipUri, transportOf } from './sip-uri.ts'
import type { Destination, Transport } from './transport.ts'
import type { TransportLayer } from './transport-layer.ts'

/** Where a request for that URI goes; undefined when it is no SIP URI or asks for a transport we do not speak. */
export function destinationOf(
  uri: string,
  { transport, flows }: { transport: TransportLayer; flows: RegisteredFlows },
): Destination | undefined {
  const parsed = parseSipUri(uri)
  const chosen = parsed && transport.choose(transportOf(parsed))
  if (!parsed || !chosen) return undefined
  const host = parsed.params.get('maddr') ?? parsed.host
  return { transport: chosen, host, port: parsed.port ?? 5060, flow: flows.find(parsed) }
}

/** The URI a request with these headers is sent to: its first Route, else its Request-URI. */
export function nextHop(request: SipRequest): string {
  const [route] = headerValues(request, 'route')
  return (route === undefined ? undefined : parseNameAddr(route)?.uri) ?? request.uri
}

/** Our own entry for Record-Route (RFC 3261 section 16.6, step 4). */
export function ownRoute(transport: TransportLayer, name: Transport): string {
  return `<${ownUri(transport, name)};lr>`
}

/** The URI at which we are reached over that transport, as drachtio-server writes it. */
export function ownUri(transport: TransportLayer, name: Transport): string {
  const { host, port } = transport.address(name) ?? { host: 'invalid.invalid', port: 5060 }
  const bracketed = host.includes(':') ? `[${host}]` : host
  return `sip:${bracketed}:${port}${name === 'udp' ? '' : `;transport=${name}`}`
}

/**
 * The request without the Route entries that name us (RFC 3261 section 16.4), both of them when we are in the route
 * twice because the transports differ (RFC 5658). `wasOurs` tells whether there were any.
 */
export function withoutOwnRoutes(
  request: SipRequest,
  transport: TransportLayer,
): { request: SipRequest; wasOurs: boolean } {
  const strict = fromStrictRouter(request, transport)
  const routes = headerValues(strict, 'route')
  const foreign = routes.findIndex((route) => !namesUs(route, transport))
  const kept = foreign < 0 ? [] : routes.slice(foreign)
  if (kept.length === routes.length) return { request: strict, wasOurs: strict !== request }
  const headers: HeaderField[] = kept.map((value) => ({ key: 'route', name: 'Route', value }))
  return { request: { ...strict, headers: [...without(strict.headers, 'route'), ...headers] }, wasOurs: true }
}

/** An old strict router puts our Record-Route into the Request-URI and the real target last. */
function fromStrictRouter(request: SipRequest, transport: TransportLayer): SipRequest {
  const uri = parseSipUri(request.uri)
  const routes = headerValues(request, 'route')
  const last = routes.at(-1)
  const target = last === undefined ? undefined : parseNameAddr(last)?.uri
  if (!uri?.params.has('lr') || !transport.isLocal(uri) || target === undefined) return request
  const kept: HeaderField[] = routes.slice(0, -1).map((value) => ({ key: 'route', name: 'Route', value }))
  return { ...request, uri: target, headers: [...without(request.headers, 'route'), ...kept] }
}

function namesUs(route: string, transport: TransportLayer): boolean {
  const uri = parseSipUri(parseNameAddr(route)?.uri ?? '')
  return uri !== undefined && transport.isLocal(uri)
}
