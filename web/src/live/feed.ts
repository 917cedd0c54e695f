import type { ServerMessage } from '../../../src/live/protocol.ts'
import { after, type StopTimer } from '../clock/steady-timers.ts'
import type { Fact } from './fact.ts'

export interface FeedOptions {
  /** Facts after this sequence, or after this moment; those that are missed while the line is down included. */
  readonly after: number | 'now'
  /** Also facts that are not committed yet, which is what a screen-pop needs. */
  readonly early: boolean
  /** Each fact once, the quickest way it comes. */
  readonly onFact: (fact: Fact) => void
  /** The line is there, or is down. */
  readonly onConnected: (connected: boolean) => void
}

/** Milliseconds between attempts to connect: short at first, since a restarted service is back in seconds. */
const waits = [250, 500, 1000, 2000, 4000]
/** Facts that came early come again when they are committed; so many are remembered by their id. */
const remembered = 2000

/** The feed of facts (`/live`): connects, acknowledges, and after a break goes on where it was. */
export class Feed {
  readonly #options: FeedOptions
  readonly #seen = new Set<string>()
  #taken: number | 'now'
  #socket: WebSocket | undefined
  #attempts = 0
  #stopTimer: StopTimer = () => {}
  #closed = false

  constructor(options: FeedOptions) {
    this.#options = options
    window.addEventListener('offline', this.doubt)
    this.#taken = options.after
    this.#connect()
  }

  close(): void {
    this.#closed = true
    window.removeEventListener('offline', this.doubt)
    this.#stopTimer()
    this.#socket?.close()
  }

  /** Connects anew: a socket does not notice that the network is gone, or that it is half open; the system does, or whoever asks in vain. */
  readonly doubt = (): void => {
    this.#options.onConnected(false)
    this.#socket?.close()
  }

  #connect(): void {
    const { early } = this.#options
    const address = new URL('/live', location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    const after: Record<string, string> = this.#taken === 'now' ? {} : { after: String(this.#taken) }
    address.search = new URLSearchParams({ ...after, early: String(early) }).toString()
    const socket = new WebSocket(address)
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => this.#onMessage(JSON.parse(String(data)) as ServerMessage))
    socket.addEventListener('close', () => this.#onClose())
  }

  #onClose(): void {
    this.#options.onConnected(false)
    if (this.#closed) return
    const wait = waits[Math.min(this.#attempts, waits.length - 1)] ?? 0
    this.#attempts += 1
    this.#stopTimer = after(wait, () => this.#connect())
  }

  #onMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'hello':
        this.#attempts = 0
        if (this.#taken === 'now') this.#taken = message.sequence
        return this.#options.onConnected(true)
      case 'early':
        return this.#once(message.event as Fact)
      case 'event':
        return this.#committed(message.event as Fact & { sequence?: string }, message.previous)
      case 'error':
        return this.#socket?.close()
    }
  }

  #committed(event: Fact & { sequence?: string }, previous: number): void {
    // Something was lost on the way: begin again after the last one we have.
    const taken = Number(this.#taken)
    if (previous > taken) return this.#socket?.close()
    this.#taken = Math.max(taken, Number(event.sequence))
    this.#socket?.send(JSON.stringify({ type: 'ack', sequence: this.#taken }))
    this.#once(event)
  }

  #once(fact: Fact): void {
    if (this.#seen.has(fact.id)) return
    this.#seen.add(fact.id)
    const [oldest] = this.#seen
    if (this.#seen.size > remembered && oldest !== undefined) this.#seen.delete(oldest)
    this.#options.onFact(fact)
  }
}
