import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, createServer } from 'node:net'

/**
 * Ports for our servers lie below RTP's (16384 and up) and outside the range Linux gives to outgoing connections (32768 to
 * 60999): a number from that range can be taken by anybody between being found free and being listened on.
 */
const range = { first: 10_000, last: 16_383 } as const

/** Given out by this process already: two servers that start one after the other must not get the same. */
const givenOut = new Set<number>()

/**
 * A port that is free for TCP and for UDP on loopback at the moment of asking; never the same twice in a process. `span`: so many
 * in a row, of which the first is returned.
 */
export async function freePort({ span = 1 }: { span?: number } = {}): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(range.first, range.last + 2 - span)
    const row = Array.from({ length: span }, (_, at) => port + at)
    if (row.some((each) => givenOut.has(each))) continue
    for (const each of row) givenOut.add(each)
    if ((await Promise.all(row.map(isPortFree))).every(Boolean)) return port
  }
  throw new Error(`no free port found on 127.0.0.1 from ${range.first} to ${range.last}`)
}

/** Whether a port of loopback can be listened on, by TCP and by UDP. */
export async function isPortFree(port: number): Promise<boolean> {
  const tcp = await new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
  return tcp && isUdpFree(port)
}

/** Whether something accepts connections there. */
export function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const settle = (accepted: boolean) => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}

function isUdpFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)))
  })
}
