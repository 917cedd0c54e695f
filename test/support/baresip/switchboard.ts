import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'

/**
 * One address for the phones of all numbers, as the routes of a city's file want it: a UDP relay that hands requests from the
 * switch to the phone of the number in the request, and the answers back by their Via (RFC 3261 section 18.2.2). In dialogs the two
 * speak to each other directly.
 */
export class Switchboard {
  readonly #socket: Socket
  readonly #phones = new Map<string, ExpectedPhone>()
  /** The port of the phones of all other numbers. */
  readonly #otherwise: number

  private constructor(socket: Socket, otherwise: number) {
    this.#socket = socket
    this.#otherwise = otherwise
    socket.on('message', (message, sender) => this.#take(message.toString('latin1'), sender))
  }

  static start({ otherwise }: { otherwise: number }): Promise<Switchboard> {
    return new Promise((resolve, reject) => {
      const socket = createSocket('udp4')
      socket.once('error', reject)
      socket.bind(0, '127.0.0.1', () => resolve(new Switchboard(socket, otherwise)))
    })
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** Keeps calls to that number until its phone shows itself, by an OPTIONS to us. Returns what ends it. */
  expect(user: string): () => void {
    const phone = expectedPhone()
    this.#phones.set(user, phone)
    return () => {
      // Another phone may have taken the number over.
      if (this.#phones.get(user) === phone) this.#phones.delete(user)
    }
  }

  close(): void {
    this.#socket.close()
  }

  #take(message: string, sender: RemoteInfo): void {
    if (message.startsWith('SIP/')) this.#send(message, viaPort(message))
    else if (message.startsWith('OPTIONS ')) this.#learn(message, sender)
    else void this.#connect(message)
  }

  async #connect(request: string): Promise<void> {
    const user = /^\S+ sips?:([^@;\s]+)@/i.exec(request)?.[1] ?? ''
    this.#send(request, (await this.#phones.get(user)?.port) ?? this.#otherwise)
  }

  /** A phone that came up: from where it asks, there it listens. */
  #learn(message: string, sender: RemoteInfo): void {
    const user = /^From:[^<]*<sips?:([^@]+)@/im.exec(message)?.[1] ?? ''
    this.#phones.get(user)?.found(sender.port)
    const kept = message.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line))
    this.#send(['SIP/2.0 200 OK', ...kept, 'Content-Length: 0', '', ''].join('\r\n'), sender.port)
  }

  #send(message: string, port: number): void {
    this.#socket.send(Buffer.from(message, 'latin1'), port, '127.0.0.1')
  }
}

interface ExpectedPhone {
  readonly port: Promise<number>
  found(port: number): void
}

function expectedPhone(): ExpectedPhone {
  let found: (port: number) => void = () => {}
  const port = new Promise<number>((resolve) => {
    found = resolve
  })
  return { port, found }
}

function viaPort(answer: string): number {
  return Number(/^(?:Via|v):\s*SIP\/2\.0\/UDP\s+[^\s;:]+:(\d+)/im.exec(answer)?.[1] ?? 5060)
}
