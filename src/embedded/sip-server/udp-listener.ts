import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Logger } from '../../kernel/index.ts'
import type { Endpoint, Flow, Listener, Receiver } from './transport.ts'

export interface UdpOptions extends Endpoint {
  readonly receive: Receiver
  readonly logger: Logger
}

/** Binds a UDP socket; rejects when the address is taken. */
export async function listenUdp({ host, port, receive, logger }: UdpOptions): Promise<Listener> {
  const socket = createSocket({
    type: isIPv6(host) ? 'udp6' : 'udp4',
    recvBufferSize: 1 << 20,
    sendBufferSize: 1 << 20,
  })
  await bind(socket, { host, port })
  const local = { host, port: socket.address().port }
  socket.on('error', (error) => logger.warn({ err: error }, 'SIP: UDP socket error'))
  socket.on('message', (bytes, from) => {
    receive(bytes, flow(socket, local, { host: from.address, port: from.port }))
  })
  return {
    transport: 'udp',
    local,
    flowTo: (remote) => flow(socket, local, remote),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function bind(socket: Socket, { host, port }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind({ address: host, port }, () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

function flow(socket: Socket, local: Endpoint, remote: Endpoint): Flow {
  return {
    transport: 'udp',
    local,
    remote,
    isOpen: true,
    send(data, failed) {
      try {
        socket.send(data, remote.port, remote.host, (error) => {
          if (error) failed?.(error)
        })
      } catch (error) {
        // A closed socket or an impossible port: told like any other failure to send.
        failed?.(error instanceof Error ? error : new Error(String(error)))
      }
    },
  }
}
