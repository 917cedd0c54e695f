import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A wire that can be cut, or go dead without a word. */
export interface TcpProxy {
  readonly port: number
  /** Breaks the connections; new ones are refused until `mend`. */
  cut(): void
  /** Nothing goes through any more, and nobody is told. */
  freeze(): void
  /** Everything takes that many milliseconds longer each way. */
  slow(ms: number): void
  mend(): void
  /** New connections lead elsewhere. */
  leadTo(port: number): void
  close(): Promise<void>
}

export async function startTcpProxy({ targetPort: firstTarget }: { targetPort: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let targetPort = firstTarget
  let delayMs = 0
  let state: 'through' | 'cut' | 'frozen' = 'through'
  const server = createServer((inner) => {
    if (state === 'cut') {
      inner.destroy()
      return
    }
    const outer = connect({ host: '127.0.0.1', port: targetPort })
    for (const socket of [inner, outer]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => socket.destroy())
      socket.once('close', () => {
        sockets.delete(socket)
        inner.destroy()
        outer.destroy()
      })
    }
    const pass = (from: Socket, to: Socket) => {
      let last = Promise.resolve()
      from.on('data', (chunk) => {
        if (state !== 'through') return
        const due = Date.now() + delayMs
        // One after the other: a wire that becomes quicker overtakes nothing.
        last = last.then(() => wait(due - Date.now())).then(() => void to.write(chunk))
      })
    }
    pass(inner, outer)
    pass(outer, inner)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      breakAll()
    },
    freeze() {
      state = 'frozen'
    },
    leadTo(port) {
      targetPort = port
    },
    slow(ms) {
      delayMs = ms
    },
    mend() {
      delayMs = 0
      if (state === 'frozen') breakAll()
      state = 'through'
    },
    close() {
      breakAll()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Without a delay at once, in the same turn of the loop as far as the socket can tell. */
const wait = (ms: number) => (ms > 0 ? new Promise<void>((resolve) => setTimeout(resolve, ms)) : Promise.resolve())
