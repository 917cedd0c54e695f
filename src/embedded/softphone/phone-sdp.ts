import { type G711Law, payloadTypeOf } from '../rtp/index.ts'

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** The audio stream the other side describes. */
export interface RemoteAudio {
  readonly address: string
  readonly port: number
  readonly law: G711Law
  readonly eventPayloadType: number | undefined
  readonly direction: Direction
}

const laws: readonly G711Law[] = ['alaw', 'ulaw']
const ownEventPayloadType = 101

/** Reads the first audio stream; undefined when there is none with G.711. */
export function readRemoteAudio(sdp: string): RemoteAudio | undefined {
  const lines = sdp.split(/\r?\n/)
  const start = lines.findIndex((line) => line.startsWith('m=audio '))
  if (start < 0) return undefined
  const next = lines.findIndex((line, at) => at > start && line.startsWith('m='))
  const media = lines.slice(start, next < 0 ? undefined : next)
  const [, port = '0', , ...payloads] = (media[0] ?? '').split(' ')
  const law = payloads.flatMap((payload) => laws.find((each) => String(payloadTypeOf[each]) === payload) ?? [])[0]
  const address = lineAfter(media, 'c=IN IP4 ') ?? lineAfter(lines.slice(0, start), 'c=IN IP4 ')
  if (!law || address === undefined) return undefined
  const event = media.flatMap((line) => /^a=rtpmap:(\d+) telephone-event\/8000/i.exec(line)?.[1] ?? [])[0]
  return {
    address,
    port: Number(port),
    law,
    eventPayloadType: event === undefined ? undefined : Number(event),
    direction: address === '0.0.0.0' ? 'inactive' : directionOf([...lines.slice(0, start), ...media]),
  }
}

function lineAfter(lines: readonly string[], prefix: string): string | undefined {
  return lines
    .find((line) => line.startsWith(prefix))
    ?.slice(prefix.length)
    .trim()
}

function directionOf(lines: readonly string[]): Direction {
  const found = lines.flatMap((line) => /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/.exec(line)?.[1] ?? []).at(-1)
  return found === 'sendonly' || found === 'recvonly' || found === 'inactive' ? found : 'sendrecv'
}

/** What the answer says to an offered direction (RFC 3264 section 6.1). */
export function answering(offered: Direction): Direction {
  if (offered === 'sendonly') return 'recvonly'
  return offered === 'recvonly' ? 'sendonly' : offered
}

/** Our side: an offer with both laws, or the answer with the one agreed on. */
export function writePhoneSdp(options: {
  host: string
  port: number
  version: number
  direction: Direction
  agreed?: RemoteAudio | undefined
}): string {
  const { host, port, version, direction, agreed } = options
  const offered = agreed ? [agreed.law] : laws
  const event = agreed ? agreed.eventPayloadType : ownEventPayloadType
  return [
    'v=0',
    `o=phone 1 ${version} IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${[...offered.map((law) => payloadTypeOf[law]), ...(event === undefined ? [] : [event])].join(' ')}`,
    ...offered.map((law) => `a=rtpmap:${payloadTypeOf[law]} ${law === 'alaw' ? 'PCMA' : 'PCMU'}/8000`),
    ...(event === undefined ? [] : [`a=rtpmap:${event} telephone-event/8000`, `a=fmtp:${event} 0-15`]),
    'a=ptime:20',
    `a=${direction}`,
    '',
  ].join('\r\n')
}
