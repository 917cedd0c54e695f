import WebSocket from 'ws'
import type { CloudEvent, EventData, EventType } from '../../src/events/index.ts'
import type { ServerMessage } from '../../src/live/index.ts'

/** A fact as it came over the feed. */
export interface TimelineEvent<T extends EventType = EventType> extends Omit<CloudEvent, 'type' | 'data'> {
  readonly type: T
  readonly data: EventData<T>
}

/** Collects the facts of the feed, acknowledges them, and waits for one. */
export class Timeline {
  readonly events: TimelineEvent[] = []
  /** Facts that came before their commit, with the time of arrival. */
  readonly early: { readonly event: TimelineEvent; readonly at: number }[] = []
  readonly #url: string
  readonly #token: string
  #socket: WebSocket
  readonly #listeners = new Set<(event: TimelineEvent) => void>()

  private constructor({ url, token, after }: { url: string; token: string; after: number }) {
    this.#url = url
    this.#token = token
    this.#socket = this.#open(after)
  }

  static async connect(options: { url: string; token: string; after: number }): Promise<Timeline> {
    const timeline = new Timeline(options)
    await opened(timeline.#socket)
    return timeline
  }

  /** Connects again after the last fact that came. */
  async resume(): Promise<void> {
    this.#socket.terminate()
    this.#socket = this.#open(Number(this.events.at(-1)?.sequence ?? 0))
    await opened(this.#socket)
  }

  onEvent(listener: (event: TimelineEvent) => void): void {
    this.#listeners.add(listener)
  }

  of<T extends EventType>(type: T): TimelineEvent<T>[] {
    return this.events.filter((event): event is TimelineEvent<T> => event.type === type)
  }

  /** The first fact of the type that fits, come already or coming within the time; rejects when none does. */
  until<T extends EventType>(
    type: T,
    fits: (data: EventData<T>) => boolean = () => true,
    { withinMs = 30_000 }: { withinMs?: number } = {},
  ): Promise<TimelineEvent<T>> {
    const matches = (event: TimelineEvent): event is TimelineEvent<T> =>
      event.type === type && fits(event.data as EventData<T>)
    const known = this.events.find(matches)
    if (known) return Promise.resolve(known)
    return new Promise((resolve, reject) => {
      const listener = (event: TimelineEvent) => {
        if (!matches(event)) return
        this.#listeners.delete(listener)
        clearTimeout(timer)
        resolve(event)
      }
      const timer = setTimeout(() => {
        this.#listeners.delete(listener)
        const seen = this.events.slice(-15).map((event) => event.type)
        reject(new Error(`no ${type} within ${withinMs} ms; the last facts were ${seen.join(', ')}`))
      }, withinMs)
      this.#listeners.add(listener)
    })
  }

  close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return Promise.resolve()
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve())
      this.#socket.close()
    })
  }

  #open(after: number): WebSocket {
    const socket = new WebSocket(`${this.#url}?after=${after}`, { headers: { authorization: `Bearer ${this.#token}` } })
    // A server that goes away is resumed by whoever waits for it.
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => this.#onMessage(JSON.parse(String(data)) as ServerMessage))
    return socket
  }

  #onMessage(message: ServerMessage): void {
    if (message.type === 'early') this.early.push({ event: message.event as TimelineEvent, at: Date.now() })
    if (message.type !== 'event') return
    const event = message.event as TimelineEvent
    this.events.push(event)
    this.#socket.send(JSON.stringify({ type: 'ack', sequence: Number(event.sequence) }))
    for (const listener of this.#listeners) listener(event)
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
}
