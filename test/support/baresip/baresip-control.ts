import { connect, type Socket } from 'node:net'

/** What baresip tells on its own, of the fields its `event.c` writes. */
export interface BaresipEvent {
  readonly type: string
  readonly direction?: 'incoming' | 'outgoing'
  /** The SIP Call-ID, once there is one. */
  readonly id?: string
  readonly peeruri?: string
  readonly param?: string
}

export interface Command {
  readonly command: string
  readonly params?: string
}

interface Response {
  readonly token?: string
  readonly ok: boolean
  readonly data: string
}

/**
 * baresip's module ctrl_tcp: JSON in netstrings, events and the answers to commands on one connection. It knows one connection
 * at a time, the latest.
 */
export class BaresipControl {
  readonly #socket: Socket
  readonly #onEvent: (event: BaresipEvent) => void
  readonly #waiting = new Map<string, { resolve(): void; reject(error: Error): void; what: string }>()
  #unread = Buffer.alloc(0)
  #sent = 0

  private constructor(socket: Socket, onEvent: (event: BaresipEvent) => void) {
    this.#socket = socket
    this.#onEvent = onEvent
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#lost())
  }

  static connect(port: number, onEvent: (event: BaresipEvent) => void): Promise<BaresipControl> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new BaresipControl(socket, onEvent))
      })
    })
  }

  /** Commands that belong together: baresip does them in this order, with none of another in between. Rejects with its refusal. */
  async send(...commands: readonly Command[]): Promise<void> {
    await Promise.all(commands.map((command) => this.#send(command)))
  }

  close(): void {
    this.#socket.destroy()
  }

  #send({ command, params }: Command): Promise<void> {
    this.#sent += 1
    const token = String(this.#sent)
    const text = JSON.stringify({ command, ...(params === undefined ? {} : { params }), token })
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error(`baresip is gone, and was told ${command}`))
      this.#waiting.set(token, { resolve, reject, what: `${command} ${params ?? ''}` })
      this.#socket.write(`${Buffer.byteLength(text)}:${text},`)
    })
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk])
    for (;;) {
      const colon = this.#unread.indexOf(':')
      const end = colon + 1 + Number(this.#unread.toString('latin1', 0, colon))
      if (colon < 0 || this.#unread.length <= end) return
      const text = this.#unread.toString('utf8', colon + 1, end)
      this.#unread = this.#unread.subarray(end + 1)
      this.#take(JSON.parse(text) as BaresipEvent | Response)
    }
  }

  #take(message: BaresipEvent | Response): void {
    if ('type' in message) return this.#onEvent(message)
    const { token = '', ok, data } = message
    const asked = this.#waiting.get(token)
    this.#waiting.delete(token)
    if (ok) asked?.resolve()
    else asked?.reject(new Error(`baresip refused ${asked.what}: ${data}`))
  }

  #lost(): void {
    for (const { reject, what } of this.#waiting.values()) reject(new Error(`baresip went away during ${what}`))
    this.#waiting.clear()
  }
}
