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
  readonly #socket: WebSocket
  readonly #listeners = new Set<(event: TimelineEvent) => void>()

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data) => this.#onMessage(JSON.parse(String(data)) as ServerMessage))
  }

  static connect({ url, token, after }: { url: string; token: string; after: number }): Promise<Timeline> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url}?after=${after}`, { headers: { authorization: `Bearer ${token}` } })
      const timeline = new Timeline(socket)
      socket.once('open', () => resolve(timeline))
      socket.once('error', reject)
    })
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
    { withinMs = 10_000 }: { withinMs?: number } = {},
  ): Promise<TimelineEvent<T>> {
    const matches = (event: TimelineEvent): event is TimelineEvent<T> => event.type === type && fits(event.data as EventData<T>)
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
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve())
      this.#socket.close()
    })
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
