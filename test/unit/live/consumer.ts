import WebSocket from 'ws'
import type { ServerMessage } from '../../../src/live/index.ts'
import { until } from '../../support/until.ts'

/** A consumer that acknowledges only when told to. */
export class Consumer {
  readonly messages: ServerMessage[] = []
  readonly socket: WebSocket
  closed: { code: number } | undefined

  constructor(url: string, options: { protocols?: string[]; token?: string | undefined }) {
    const { protocols = [], token } = options
    this.socket = new WebSocket(
      url,
      protocols,
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    )
    this.socket.on('message', (data) => this.messages.push(JSON.parse(String(data)) as ServerMessage))
    this.socket.on('close', (code) => {
      this.closed = { code }
    })
    // A refused upgrade is told by `unexpected-response` to whoever expects it.
    this.socket.on('error', () => this.socket.terminate())
  }

  get events() {
    return this.messages.flatMap((message) => (message.type === 'event' ? [message.event] : []))
  }

  get early() {
    return this.messages.flatMap((message) => (message.type === 'early' ? [message.event] : []))
  }

  get ids(): string[] {
    return this.events.map(({ id }) => id)
  }

  acknowledge(sequence = Number(this.events.at(-1)?.sequence)): void {
    this.socket.send(JSON.stringify({ type: 'ack', sequence }))
  }

  async opened(): Promise<this> {
    await until(() => this.messages.length > 0, 'hello')
    return this
  }
}
