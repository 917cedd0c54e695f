import { type ChildProcess, spawn } from 'node:child_process'
import { until } from '../support/until.ts'

/** A SIP request as the wire carried it. */
export interface SipPacket {
  /** Milliseconds since 1970, to the microsecond. */
  readonly at: number
  readonly fromPort: number
  readonly toPort: number
  /** `BYE`, `INVITE`, or `SIP/2.0` for a response. */
  readonly method: string
  /** The user part of the request URI. */
  readonly user: string
  readonly callId: string
}

/** Bytes of pcap's headers, of Ethernet's and of UDP's (pcap-savefile(5)). */
const lengths = { file: 24, record: 16, ethernet: 14, udp: 8 } as const

/** What goes over a UDP port of loopback, taken down by tcpdump: no clock of a process that has other things to do. */
export class SipCapture {
  readonly #process: ChildProcess
  readonly #chunks: Buffer[] = []
  #complaint = ''

  private constructor(port: number) {
    const args = ['-i', 'lo', '-n', '-U', '--immediate-mode', '-s', '1600', '-w', '-', `udp port ${port}`]
    this.#process = spawn('tcpdump', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process.stdout?.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#complaint += chunk.toString()
    })
    this.#process.on('error', (error) => {
      this.#complaint += error.message
    })
  }

  /** Rejects with tcpdump's own words when it may not listen. */
  static async start({ port }: { port: number }): Promise<SipCapture> {
    const capture = new SipCapture(port)
    await until(() => capture.#complaint !== '', 'tcpdump listens')
    if (!capture.#complaint.includes('listening on')) throw new Error(`no packet capture: ${capture.#complaint.trim()}`)
    return capture
  }

  async stop(): Promise<SipPacket[]> {
    const ended = new Promise<void>((resolve) => this.#process.once('close', () => resolve()))
    this.#process.kill('SIGINT')
    await ended
    return readCapture(Buffer.concat(this.#chunks))
  }
}

/** Reads pcap's file format, as it is written on machines of little-endian order. */
export function readCapture(file: Buffer): SipPacket[] {
  const packets: SipPacket[] = []
  for (let at = lengths.file; at + lengths.record <= file.length; ) {
    const length = file.readUInt32LE(at + 8)
    const ip = file.subarray(at + lengths.record + lengths.ethernet, at + lengths.record + length)
    const udp = ip.subarray((ip.readUInt8(0) & 15) * 4)
    const text = udp.subarray(lengths.udp).toString('latin1')
    packets.push({
      at: file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000,
      fromPort: udp.readUInt16BE(0),
      toPort: udp.readUInt16BE(2),
      method: text.slice(0, Math.max(0, text.indexOf(' '))),
      user: /^\S+ sips?:([^@;]+)@/i.exec(text)?.[1] ?? '',
      callId: /^(?:Call-ID|i):\s*(\S+)/im.exec(text)?.[1] ?? '',
    })
    at += lengths.record + length
  }
  return packets
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
