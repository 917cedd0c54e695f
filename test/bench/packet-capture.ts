import { type ChildProcess, spawn } from 'node:child_process'
import { until } from '../support/until.ts'

/** A UDP packet as the wire carried it. */
export interface Packet {
  /** Milliseconds since 1970, to the microsecond. */
  readonly at: number
  readonly fromPort: number
  readonly toPort: number
  /** As much of it as was taken down. */
  readonly payload: Buffer
}

/** Bytes of pcap's headers, of Ethernet's and of UDP's (pcap-savefile(5)). */
const lengths = { file: 24, record: 16, ethernet: 14, udp: 8 } as const

/** What goes over a UDP port of loopback, taken down by tcpdump: no clock of a process that has other things to do. */
export class PacketCapture {
  readonly #process: ChildProcess
  readonly #chunks: Buffer[] = []
  #complaint = ''

  private constructor(port: number, bytes: number) {
    const args = ['-i', 'lo', '-n', '-U', '--immediate-mode', '-s', String(bytes), '-w', '-', `udp port ${port}`]
    this.#process = spawn('tcpdump', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process.stdout?.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#complaint += chunk.toString()
    })
    this.#process.on('error', (error) => {
      this.#complaint += error.message
    })
  }

  /** Takes down the first `bytes` of each packet. Rejects with tcpdump's own words when it may not listen. */
  static async start({ port, bytes = 1600 }: { port: number; bytes?: number }): Promise<PacketCapture> {
    const capture = new PacketCapture(port, bytes)
    await until(() => capture.#complaint !== '', 'tcpdump listens')
    if (!capture.#complaint.includes('listening on')) throw new Error(`no packet capture: ${capture.#complaint.trim()}`)
    return capture
  }

  /** pcap's file format; see {@link packetsOf}. */
  async stop(): Promise<Buffer> {
    const ended = new Promise<void>((resolve) => this.#process.once('close', () => resolve()))
    this.#process.kill('SIGINT')
    await ended
    return Buffer.concat(this.#chunks)
  }
}

/** Reads pcap's file format, as it is written on machines of little-endian order. */
export function* packetsOf(file: Buffer): Generator<Packet> {
  for (let at = lengths.file; at + lengths.record <= file.length; ) {
    const length = file.readUInt32LE(at + 8)
    const ip = file.subarray(at + lengths.record + lengths.ethernet, at + lengths.record + length)
    const udp = ip.subarray((ip.readUInt8(0) & 15) * 4)
    yield {
      at: file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000,
      fromPort: udp.readUInt16BE(0),
      toPort: udp.readUInt16BE(2),
      payload: udp.subarray(lengths.udp),
    }
    at += lengths.record + length
  }
}
