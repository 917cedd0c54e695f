import { parse } from 'sdp-transform'
import { type G711Law, payloadTypeOf } from '../../rtp/index.ts'
import { readSecurity, type SdpSecurity, securityLines } from './sdp-security.ts'

export type SdpDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** The audio stream an SDP offers or accepts, as far as we can talk to it. */
export interface AudioDescription {
  readonly address: string
  readonly port: number
  /** G.711 laws in the order of preference. */
  readonly laws: readonly G711Law[]
  readonly eventPayloadType: number | undefined
  readonly direction: SdpDirection
  /** How the media are secured, where they are: WebRTC. */
  readonly security: SdpSecurity | undefined
  /** Streams we do not want, before and after the audio: an answer names each of them again, with port 0. */
  readonly others: { readonly before: readonly string[]; readonly after: readonly string[] }
}

/** The first audio stream of an SDP, or undefined when there is none or the text is no SDP. */
export function readSdp(text: string): AudioDescription | undefined {
  try {
    const session = parse(text)
    const at = session.media.findIndex(({ type, port }) => type === 'audio' && port > 0)
    const audio = session.media[at]
    const address = audio?.connection?.ip ?? session.connection?.ip
    if (audio === undefined || address === undefined) return undefined
    const security = readSecurity(audio, session)
    if (security === undefined && !audio.protocol.startsWith('RTP/AVP')) return undefined
    const payloads = String(audio.payloads ?? '')
      .split(/\s+/)
      .map(Number)
    const names = new Map(
      audio.rtp.map(({ payload, codec, rate }) => [payload, `${codec}/${rate ?? 8000}`.toLowerCase()]),
    )
    const direction = audio.direction ?? session.direction ?? 'sendrecv'
    return {
      address,
      port: audio.port,
      laws: payloads.flatMap((payload) => lawOf(payload, names.get(payload))),
      eventPayloadType: payloads.find((payload) => names.get(payload) === 'telephone-event/8000'),
      // The old way to hold, RFC 2543 appendix B.5, still sent by desk phones.
      // A browser that has not gathered its addresses yet writes the same, and means nothing by it (RFC 8829 section 5.2.1).
      direction: address === '0.0.0.0' && security === undefined ? 'inactive' : direction,
      security,
      others: { before: session.media.slice(0, at).map(declined), after: session.media.slice(at + 1).map(declined) },
    }
  } catch {
    // sdp-transform throws on lines it cannot read; such a text is no SDP, which the caller is told by undefined.
    return undefined
  }
}

/** A stream refused (RFC 3264 section 6). */
function declined({ type, protocol, payloads }: { type: string; protocol: string; payloads?: string }): string {
  return `m=${type} 0 ${protocol} ${payloads ?? '0'}`
}

/** Static types need no rtpmap (RFC 3551 section 6), dynamic ones go by their name. */
function lawOf(payload: number, name: string | undefined): G711Law[] {
  if (payload === payloadTypeOf.alaw && (name ?? 'pcma/8000') === 'pcma/8000') return ['alaw']
  return payload === payloadTypeOf.ulaw && (name ?? 'pcmu/8000') === 'pcmu/8000' ? ['ulaw'] : []
}

export interface LocalDescription {
  address: string
  port: number
  laws: readonly G711Law[]
  eventPayloadType: number | undefined
  direction: SdpDirection
  sessionId: number
  version: number
  others?: AudioDescription['others'] | undefined
  security?: SdpSecurity | undefined
  ssrc: number
}

const names: Readonly<Record<G711Law, string>> = { alaw: 'PCMA', ulaw: 'PCMU' }

export function codecName(law: G711Law): 'PCMA' | 'PCMU' {
  return law === 'alaw' ? 'PCMA' : 'PCMU'
}

/** An SDP in the shape FreeSWITCH writes it. */
export function writeSdp(local: LocalDescription): string {
  const { address, port, laws, eventPayloadType, direction, sessionId, version, others, security, ssrc } = local
  const secured = securityLines(security, { address, port, ssrc })
  const events = eventPayloadType === undefined ? [] : [eventPayloadType]
  const family = address.includes(':') ? 'IP6' : 'IP4'
  return [
    'v=0',
    `o=FreeSWITCH ${sessionId} ${version} IN ${family} ${address}`,
    's=FreeSWITCH',
    `c=IN ${family} ${address}`,
    't=0 0',
    ...secured.session,
    ...(others?.before ?? []),
    `m=audio ${port} ${secured.protocol} ${[...laws.map((law) => payloadTypeOf[law]), ...events].join(' ')}`,
    ...laws.map((law) => `a=rtpmap:${payloadTypeOf[law]} ${names[law]}/8000`),
    ...events.flatMap((payload) => [`a=rtpmap:${payload} telephone-event/8000`, `a=fmtp:${payload} 0-15`]),
    'a=ptime:20',
    `a=${direction}`,
    ...secured.media,
    ...(others?.after ?? []),
    '',
  ].join('\r\n')
}

/** What we answer to a direction offered (RFC 3264 section 6.1). */
export function answeringDirection(offered: SdpDirection): SdpDirection {
  if (offered === 'sendonly') return 'recvonly'
  return offered === 'recvonly' ? 'sendonly' : offered
}

/** Whether the other side does not listen: it holds us. */
export function isHold(direction: SdpDirection): boolean {
  return direction === 'sendonly' || direction === 'inactive'
}
