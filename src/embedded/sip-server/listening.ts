import type { Server, Socket } from 'node:net'
import type { Endpoint } from './transport.ts'

/** Listens; resolves with where, which is the system's choice when port is 0. */
export function listenAt(server: Server, { host, port }: Endpoint): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve({ host, port: typeof address === 'object' && address ? address.port : port })
    })
  })
}

/** Who connected; an IPv4 address as such, also where the system tells it in an IPv6 one. */
export function remoteOf(socket: Socket): Endpoint {
  return { host: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''), port: socket.remotePort ?? 0 }
}
