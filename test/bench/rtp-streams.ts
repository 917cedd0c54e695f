import { parseRtp } from '../../src/embedded/rtp/index.ts'
import type { Packet } from './packet-capture.ts'

/** Milliseconds of a packet, and units of RTP's clock in one (RFC 3551: 8 kHz). */
const packetMs = 20
const clockPerMs = 8

/** One stream as it came over the wire. */
export interface RtpStream {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  readonly packets: number
  /** How far in milliseconds the latest packet fell behind the pace of the others. */
  readonly worstLateMs: number
  /** Interarrival jitter in milliseconds at its end (RFC 3550 section 6.4.1). */
  readonly jitterMs: number
}

interface Arrival {
  readonly at: number
  readonly sequence: number
  readonly timestamp: number
}

/** The streams that came from other ports than `port`, each by its source. Those of fewer than 50 packets are left out. */
export function streamsOf(packets: Iterable<Packet>, { port }: { port: number }): RtpStream[] {
  const streams = new Map<string, Arrival[]>()
  for (const { at, fromPort, payload } of packets) {
    const rtp = fromPort === port ? undefined : parseRtp(payload)
    if (!rtp) continue
    const source = `${fromPort} ${rtp.ssrc}`
    const arrivals = streams.get(source) ?? []
    arrivals.push({ at, sequence: rtp.sequence, timestamp: rtp.timestamp })
    streams.set(source, arrivals)
  }
  return [...streams.values()].filter(({ length }) => length >= 50).map(streamOf)
}

/** Most streams that ran at the same time. */
export function mostAtOnce(streams: readonly RtpStream[]): number {
  const running = (at: number) => streams.filter(({ from, to }) => from <= at && at < to).length
  return Math.max(0, ...streams.map(({ from }) => running(from)))
}

function streamOf(arrivals: readonly Arrival[]): RtpStream {
  const from = arrivals[0]?.at ?? 0
  const behind = arrivals.map(
    ({ at, sequence }) => at - packetMs * ((sequence - (arrivals[0]?.sequence ?? 0)) & 0xffff),
  )
  const onTime = Math.min(...behind)
  return {
    from,
    to: arrivals.at(-1)?.at ?? from,
    packets: arrivals.length,
    worstLateMs: Math.max(...behind) - onTime,
    jitterMs: jitterOf(arrivals),
  }
}

function jitterOf(arrivals: readonly Arrival[]): number {
  let jitter = 0
  arrivals.forEach(({ at, timestamp }, index) => {
    const before = arrivals[index - 1]
    if (!before) return
    const difference = at - before.at - ((timestamp - before.timestamp) | 0) / clockPerMs
    jitter += (Math.abs(difference) - jitter) / 16
  })
  return jitter
}
