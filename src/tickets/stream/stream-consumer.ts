import WebSocket from 'ws'
import { type Cancel, type Clock, type Logger, messageOf } from '../../kernel/index.ts'
import { willPass } from './stream-fault.ts'
import type { ApplyEvent, StreamEvent, StreamStore } from './stream-store.ts'

export interface StreamConsumerOptions {
  /** `ws://host:port/live` of the hotline. */
  readonly url: string
  readonly token: string
  readonly store: StreamStore
  readonly apply: ApplyEvent
  /** Real time: connections know no other. */
  readonly clock: Clock
  readonly logger: Logger
  /** Facts are in effect. */
  readonly onApplied: () => void
}

/** Milliseconds: between attempts, and without a sign of life (the hotline pings every 15 s). */
const retryEvery = 500
const silentAfter = 45_000
/** Facts that go into one transaction. */
const batchSize = 64

/** The stream as an operator sees it. */
export interface StreamStatus {
  readonly connected: boolean
  /** The newest sequence of the hotline known to us, and the newest in effect. */
  readonly newest: number
  readonly applied: number
  readonly gaps: number
}

/**
 * Reads the hotline's stream and brings every fact into effect exactly once: a fact is acknowledged when its effect is
 * committed, a broken connection is resumed after the last one committed, and a fact that comes twice is known by its id.
 */
export class StreamConsumer {
  readonly #options: StreamConsumerOptions
  #socket: WebSocket | undefined
  #queue: StreamEvent[] = []
  #draining: Promise<void> | undefined
  #received = 0
  #applied = 0
  #newest = 0
  #gaps = 0
  #stopped = false
  #connected = false
  #cancelRetry: Cancel = () => {}
  #cancelSilence: Cancel = () => {}

  constructor(options: StreamConsumerOptions) {
    this.#options = options
  }

  status(): StreamStatus {
    return { connected: this.#connected, newest: this.#newest, applied: this.#applied, gaps: this.#gaps }
  }

  /** Begins, and goes on until {@link stop}. */
  start(): void {
    this.#connect().catch((error: unknown) => {
      this.#options.logger.debug({ reason: messageOf(error) }, 'stream not to be had now')
      this.#again()
    })
  }

  /** Takes no more and waits for what is being committed. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelRetry()
    this.#cancelSilence()
    this.#socket?.terminate()
    await this.#draining
  }

  async #connect(after?: number): Promise<void> {
    const { store, url, token } = this.#options
    const from = after ?? (await store.cursor())
    if (this.#stopped) return
    this.#applied = from
    this.#received = from
    this.#queue = []
    const socket = new WebSocket(`${url}?after=${from}`, { headers: { authorization: `Bearer ${token}` } })
    this.#socket = socket
    socket.on('error', (error) => this.#options.logger.debug({ reason: error.message }, 'stream'))
    socket.on('close', (code) => this.#onClose(socket, code))
    socket.on('ping', () => this.#heard(socket))
    socket.on('message', (data) => this.#onMessage(socket, String(data)))
    this.#heard(socket)
  }

  /** A peer whose machine died says nothing, not even goodbye. */
  #heard(socket: WebSocket): void {
    this.#cancelSilence()
    this.#cancelSilence = this.#options.clock.after(silentAfter, () => socket.terminate())
  }

  #onClose(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return
    if (this.#connected)
      this.#options.logger.warn({ code, after: this.#applied }, 'stream of the hotline lost, resuming')
    this.#connected = false
    this.#cancelSilence()
    this.#again()
  }

  #again(): void {
    if (this.#stopped) return
    this.#cancelRetry()
    this.#cancelRetry = this.#options.clock.after(retryEvery, () => {
      // What is being committed decides where to resume.
      void Promise.resolve(this.#draining).finally(() => this.start())
    })
  }

  #onMessage(socket: WebSocket, text: string): void {
    if (socket !== this.#socket) return
    this.#heard(socket)
    const message = JSON.parse(text) as FeedMessage
    if (message.type === 'hello') this.#onHello(socket, message.sequence)
    if (message.type === 'event') this.#onEvent(socket, message)
    if (message.type === 'error')
      this.#options.logger.error({ detail: message.detail }, 'the hotline refused a message')
  }

  /** A log that ends before what was applied was put back to an older state: its new facts have old numbers. */
  #onHello(socket: WebSocket, sequence: number): void {
    this.#connected = true
    this.#newest = sequence
    this.#options.logger.info({ after: this.#applied, newest: sequence }, 'stream of the hotline connected')
    if (sequence >= this.#applied) return
    this.#options.logger.error(
      { applied: this.#applied, newest: sequence },
      'the log of the hotline went back: reading it again',
    )
    this.#drop(socket)
    this.#options.store
      .oldestKnown()
      .then((known) => this.#connect(Math.min(known, sequence)))
      .catch(() => this.#again())
  }

  #onEvent(socket: WebSocket, { event, previous }: Extract<FeedMessage, { type: 'event' }>): void {
    if (previous !== this.#received) {
      this.#gaps += 1
      this.#options.logger.error({ expected: this.#received, previous }, 'gap in the stream of the hotline, resuming')
      this.#drop(socket)
      this.#again()
      return
    }
    const sequence = Number(event.sequence)
    this.#received = sequence
    this.#newest = Math.max(this.#newest, sequence)
    this.#queue.push({ ...event, sequence })
    this.#draining ??= this.#drain(socket).finally(() => {
      this.#draining = undefined
    })
  }

  #drop(socket: WebSocket): void {
    this.#connected = false
    this.#socket = undefined
    this.#queue = []
    socket.terminate()
  }

  async #drain(socket: WebSocket): Promise<void> {
    while (socket === this.#socket && !this.#stopped) {
      const batch = this.#queue.slice(0, batchSize)
      const last = batch.at(-1)
      if (!last) return
      if (!(await this.#applyBatch(batch))) {
        await new Promise<void>((resolve) => this.#options.clock.after(retryEvery, resolve))
        continue
      }
      if (socket !== this.#socket) return
      this.#queue.splice(0, batch.length)
      this.#applied = last.sequence
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'ack', sequence: last.sequence }))
      this.#options.onApplied()
    }
  }

  /** False: not now. A batch with a fact that cannot be applied goes one by one, and that fact is set aside. */
  async #applyBatch(batch: readonly StreamEvent[]): Promise<boolean> {
    const { store, apply, logger } = this.#options
    try {
      await store.apply(batch, apply)
      return true
    } catch (error) {
      if (willPass(error)) {
        logger.warn({ reason: messageOf(error) }, 'facts of the hotline wait for the database')
        return false
      }
      const [only] = batch
      if (batch.length > 1 || !only) return this.#applyOneByOne(batch)
      logger.error({ err: error, event: only.id, type: only.type }, 'a fact cannot be applied and was set aside')
      return this.#refuse(only, messageOf(error))
    }
  }

  async #applyOneByOne(batch: readonly StreamEvent[]): Promise<boolean> {
    for (const event of batch) if (!(await this.#applyBatch([event]))) return false
    return true
  }

  async #refuse(event: StreamEvent, reason: string): Promise<boolean> {
    try {
      await this.#options.store.refuse(event, reason)
      return true
    } catch (error) {
      this.#options.logger.warn({ reason: messageOf(error) }, 'facts of the hotline wait for the database')
      return false
    }
  }
}

type FeedMessage =
  | { readonly type: 'hello'; readonly sequence: number }
  | { readonly type: 'event'; readonly event: FeedEvent; readonly previous: number }
  | { readonly type: 'early' }
  | { readonly type: 'error'; readonly detail: string }

interface FeedEvent extends Omit<StreamEvent, 'sequence'> {
  /** Zero-padded text. */
  readonly sequence: string
}
