import type { WebSocket } from 'ws'
import type { HotlineEvent } from '../events/index.ts'
import { type Logger, messageOf } from '../kernel/index.ts'
import type { CommittedTail } from './committed-tail.ts'
import { eventText } from './event-text.ts'
import { closeCodes, parseClientMessage, type ServerMessage, window } from './protocol.ts'

/** Bytes waiting for a consumer's socket at which it is cut off: it resumes where it was, and hurts nobody else. */
const byteCap = 1024 * 1024

export interface FeedClientOptions {
  readonly socket: WebSocket
  readonly tail: CommittedTail
  readonly after: number
  readonly source: string
  readonly logger: Logger
  /** Which facts this consumer may see. */
  readonly sees: (event: HotlineEvent) => boolean
}

/** One consumer of the feed: a cursor in the log and a window of facts sent but not acknowledged. */
export class FeedClient {
  readonly #options: FeedClientOptions
  readonly #unacknowledged: number[] = []
  readonly #stopListening: () => void
  #cursor: number
  #lastSent: number
  #pumping = false
  #wanted = false
  #closed = false

  constructor(options: FeedClientOptions) {
    this.#options = options
    this.#cursor = options.after
    this.#lastSent = options.after
    const { socket, tail } = options
    this.#stopListening = tail.onGrowth(() => this.#pump())
    socket.on('message', (data: unknown) => this.#onMessage(String(data)))
    socket.on('close', () => this.#close())
    socket.on('error', (error) => {
      options.logger.debug({ reason: error.message }, 'live consumer lost')
      this.#close()
    })
    this.#send({ type: 'hello', sequence: tail.last, window })
    this.#pump()
  }

  /** Sends a fact before it is committed. */
  early(event: HotlineEvent): void {
    if (this.#closed || !this.#options.sees(event)) return
    this.#sendText(`{"type":"early","event":${eventText(event, this.#options.source)}}`)
  }

  #onMessage(text: string): void {
    const message = parseClientMessage(text)
    if (!message) {
      this.#send({ type: 'error', detail: 'expected {"type":"ack","sequence":<number>}' })
      this.#options.socket.close(closeCodes.badMessage, 'not understood')
      return
    }
    while ((this.#unacknowledged[0] ?? Number.POSITIVE_INFINITY) <= message.sequence) this.#unacknowledged.shift()
    this.#pump()
  }

  #pump(): void {
    // Asked for while it runs, it looks once more: a fact committed at that very moment would lie until the next one.
    this.#wanted = true
    if (this.#pumping || this.#closed) return
    this.#pumping = true
    this.#pumpWhileWanted().catch((error: unknown) => {
      this.#options.logger.warn({ reason: messageOf(error) }, 'live consumer could not be served, it may resume')
      this.#options.socket.close(1011, 'log not readable now')
    })
  }

  async #pumpWhileWanted(): Promise<void> {
    try {
      while (this.#wanted) {
        this.#wanted = false
        await this.#sendWhatFits()
      }
    } finally {
      this.#pumping = false
    }
  }

  async #sendWhatFits(): Promise<void> {
    while (!this.#closed && this.#unacknowledged.length < window && this.#cursor < this.#options.tail.last) {
      const events = await this.#options.tail.after(this.#cursor)
      if (events.length === 0) return
      for (const event of events) {
        if (this.#closed || this.#unacknowledged.length >= window) return
        this.#cursor = event.sequence
        if (!this.#options.sees(event)) continue
        this.#unacknowledged.push(event.sequence)
        const previous = this.#lastSent
        this.#lastSent = event.sequence
        this.#sendText(`{"type":"event","event":${eventText(event, this.#options.source)},"previous":${previous}}`)
      }
    }
  }

  #send(message: ServerMessage): void {
    this.#sendText(JSON.stringify(message))
  }

  #sendText(text: string): void {
    const { socket, logger } = this.#options
    if (socket.bufferedAmount > byteCap) {
      logger.warn({ cursor: this.#cursor }, 'slow live consumer cut off, it may resume')
      socket.close(closeCodes.slowConsumer, 'too slow: resume with after=<last acknowledged>')
      socket.terminate()
      this.#close()
      return
    }
    if (socket.readyState === socket.OPEN) socket.send(text)
  }

  #close(): void {
    this.#closed = true
    this.#stopListening()
  }
}
