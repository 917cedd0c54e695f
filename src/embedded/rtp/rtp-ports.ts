import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** No even port of the range could be bound. */
class NoRtpPort extends Error {}

/**
 * Even UDP ports `first` … `last`, handed out in turn so that a port rests before it is used again and a straggler of
 * the call before does not reach the next one, nor do those of a process that was killed: the turn begins anywhere. With `first`
 * 0 the system chooses.
 */
export class RtpPorts {
  readonly #host: string
  readonly #first: number
  readonly #count: number
  #turn: number

  constructor({ host, first, last }: { host: string; first: number; last: number }) {
    this.#host = host
    this.#first = first === 0 ? 0 : first + (first & 1)
    this.#count = first === 0 ? 1 : Math.floor((last - this.#first) / 2) + 1
    this.#turn = randomInt(this.#count)
  }

  get host(): string {
    return this.#host
  }

  async bind(): Promise<Socket> {
    for (let attempt = 0; attempt < this.#count; attempt += 1) {
      const port = this.#first + 2 * this.#turn
      this.#turn = (this.#turn + 1) % this.#count
      const socket = await this.#tryBind(port)
      if (socket !== undefined) return socket
    }
    throw new NoRtpPort(`No free RTP port from ${this.#first} on ${this.#host}: widen the range of RTP ports`)
  }

  async #tryBind(port: number): Promise<Socket | undefined> {
    const socket = createSocket({ type: this.#host.includes(':') ? 'udp6' : 'udp4', lookup: noLookup })
    try {
      // Without a resolver in between the socket listens before bind returns.
      const listening = once(socket, 'listening')
      socket.bind(port, this.#host)
      await listening
      return socket
    } catch (failure) {
      socket.close()
      if (isTaken(failure)) return undefined
      throw failure
    }
  }
}

function isTaken(failure: unknown): boolean {
  return failure instanceof Error && 'code' in failure && failure.code === 'EADDRINUSE'
}

/** Addresses are numeric by then; the resolver would cost each packet a trip through the event loop. */
function noLookup(
  hostname: string,
  _options: unknown,
  callback: (failure: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  callback(null, hostname, hostname.includes(':') ? 6 : 4)
}
