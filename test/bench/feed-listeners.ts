import { connect, type Socket } from 'node:net'
import { FrameCounter } from './frame-counter.ts'

/** Facts after which a listener acknowledges: well within the window of src/live/protocol.ts. */
const ackEvery = 64
/** Says that everything sent so far was taken. */
const ack = clientFrame(1, JSON.stringify({ type: 'ack', sequence: Number.MAX_SAFE_INTEGER }))
const pong = clientFrame(10, '')

/** Milliseconds of the machine's own clock, which two processes read alike. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Many WebSocket clients in one process that count what comes and when. They are bare sockets, to leave the CPU to the server. */
export class FeedListeners {
  readonly #sockets: Socket[] = []
  /** Facts that came to each listener since they were last expected. */
  #counts: number[] = []
  #facts = 0
  #awaited = 0
  #arrivals: number[][] = []
  #done: (at: number) => void = () => {}

  /** Opens them one after another, each past its hello. */
  static async open({ url, count }: { url: string; count: number }): Promise<FeedListeners> {
    const listeners = new FeedListeners()
    for (let n = 0; n < count; n += 1) await listeners.#open(url)
    return listeners
  }

  /** Resolves with the time at which the last listener has that many facts; `arrivals` keeps when each of them came. */
  expect(facts: number): Promise<number> {
    this.#facts = facts
    this.#counts = this.#sockets.map(() => 0)
    this.#awaited = this.#sockets.length
    this.#arrivals = Array.from({ length: facts }, () => [])
    return new Promise((resolve) => {
      this.#done = resolve
    })
  }

  /** For each fact in turn, when it came to each listener. */
  get arrivals(): readonly (readonly number[])[] {
    return this.#arrivals
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async #open(url: string): Promise<void> {
    const { socket, rest } = await upgraded(url)
    const place = this.#sockets.push(socket) - 1
    await new Promise<void>((resolve) => {
      let greeted = false
      const counter = new FrameCounter((kind) => {
        if (kind === 'ping') socket.write(pong)
        else if (greeted) this.#arrived(place)
        // The first is the hello.
        else resolve()
        greeted = true
      })
      socket.on('data', (chunk) => counter.take(chunk))
      counter.take(rest)
    })
  }

  #arrived(place: number): void {
    const index = this.#counts[place] ?? 0
    const count = index + 1
    this.#counts[place] = count
    if (count % ackEvery === 0 || count === this.#facts) this.#sockets[place]?.write(ack)
    const now = monotonicMs()
    this.#arrivals[index]?.push(now)
    if (count !== this.#facts) return
    this.#awaited -= 1
    if (this.#awaited === 0) this.#done(now)
  }
}

/** A client that reads nothing, and yet says that it took everything. */
export async function openStalled(url: string): Promise<{ acknowledge(): void; close(): void }> {
  const { socket } = await upgraded(url)
  socket.pause()
  return { acknowledge: () => void socket.write(ack), close: () => void socket.destroy() }
}

/** Opens a socket and makes it a WebSocket (RFC 6455 section 4.1); `rest` came behind the answer. */
function upgraded(url: string): Promise<{ socket: Socket; rest: Buffer }> {
  const { hostname, port, pathname, search, username } = new URL(url)
  const lines = [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    `Authorization: Bearer ${username}`,
  ]
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0)
    const read = (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk])
      const end = answer.indexOf('\r\n\r\n')
      if (end === -1) return
      socket.off('data', read)
      const status = answer.subarray(0, answer.indexOf('\r\n')).toString()
      if (status.includes(' 101 ')) resolve({ socket, rest: answer.subarray(end + 4) })
      else reject(new Error(`no WebSocket at ${url}: ${status}`))
    }
    socket.on('data', read)
    socket.once('error', reject)
  })
}

/** A client's frame is masked (RFC 6455 section 5.3); a mask of zeros leaves it as it is. */
function clientFrame(opcode: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}
