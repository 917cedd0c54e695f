import { packetsOf } from './packet-capture.ts'

/** A SIP request as the wire carried it. */
export interface SipPacket {
  /** Milliseconds since 1970, to the microsecond. */
  readonly at: number
  readonly fromPort: number
  readonly toPort: number
  /** `BYE`, `INVITE`, or `SIP/2.0` for a response. */
  readonly method: string
  /** Of a response, e.g. 180; 0 of a request. */
  readonly status: number
  /** The user part of the request URI. */
  readonly user: string
  readonly callId: string
}

/** The SIP in a capture. */
export function readSip(file: Buffer): SipPacket[] {
  return [...packetsOf(file)].map(({ at, fromPort, toPort, payload }) => {
    const text = payload.toString('latin1')
    return {
      at,
      fromPort,
      toPort,
      method: text.slice(0, Math.max(0, text.indexOf(' '))),
      status: Number(/^SIP\/2\.0 (\d{3}) /.exec(text)?.[1] ?? 0),
      user: /^\S+ sips?:([^@;]+)@/i.exec(text)?.[1] ?? '',
      callId: /^(?:Call-ID|i):\s*(\S+)/im.exec(text)?.[1] ?? '',
    }
  })
}

/**
 * Milliseconds from each BYE a phone behind the port sent, not before `from` and not after `to`, to the next INVITE at
 * that phone. A BYE that nothing followed gives none.
 */
export function dispatchTimes(
  packets: readonly SipPacket[],
  { port, from, to }: { port: number; from: number; to: number },
): number[] {
  const phoneOf = new Map<string, string>()
  const freeSince = new Map<string, number>()
  const times: number[] = []
  for (const { at, fromPort, toPort, method, user, callId } of packets) {
    if (method === 'INVITE' && toPort === port && !phoneOf.has(callId)) {
      phoneOf.set(callId, user)
      const since = freeSince.get(user)
      freeSince.delete(user)
      if (since !== undefined && since >= from && since <= to) times.push(at - since)
    }
    const phone = phoneOf.get(callId)
    if (method === 'BYE' && fromPort === port && phone !== undefined && !freeSince.has(phone)) freeSince.set(phone, at)
  }
  return times
}

/** When each phone behind the port first said that it rings, in that order. */
export function ringingTimes(packets: readonly SipPacket[], { port }: { port: number }): number[] {
  const first = new Map<string, number>()
  for (const { at, fromPort, status, callId } of packets)
    if (fromPort === port && status === 180 && !first.has(callId)) first.set(callId, at)
  return [...first.values()]
}
