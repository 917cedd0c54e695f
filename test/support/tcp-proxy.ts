import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A wire that can be cut, or go dead without a word. */
export interface TcpProxy {
  readonly port: number
  /** Breaks the connections; new ones are refused until `mend`. */
  cut(): void
  /** Nothing goes through any more, and nobody is told. */
  freeze(): void
  mend(): void
  close(): Promise<void>
}

export async function startTcpProxy({ targetPort }: { targetPort: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
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
    inner.on('data', (chunk) => state === 'through' && outer.write(chunk))
    outer.on('data', (chunk) => state === 'through' && inner.write(chunk))
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
    mend() {
      if (state === 'frozen') breakAll()
      state = 'through'
    },
    close() {
      breakAll()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
