import { hostname, networkInterfaces } from 'node:os'
import { newId } from '../../../kernel/index.ts'
import type { Header, SwitchEvent } from './switch-event.ts'
import { localStamp, microseconds } from './time.ts'

export interface EventDraft {
  name: string
  headers?: readonly Header[]
  body?: string
  /** Event-Subclass of a CUSTOM event, which stands before everything else. */
  subclass?: string
}

export type EventListener = (event: SwitchEvent) => void

/**
 * Numbers events and hands them to the event socket's connections. `Event-Sequence` rises by one an event and never
 * repeats in the life of a core, which is how a client sees that it missed some.
 */
export class EventBus {
  readonly coreUuid = newId()
  readonly hostname = hostname()
  readonly #ipv4 = firstAddress('IPv4')
  readonly #ipv6 = firstAddress('IPv6')
  readonly #listeners = new Set<EventListener>()
  #sequence = 0

  subscribe(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  publish(draft: EventDraft): void {
    const event = this.stamp(draft)
    for (const listener of this.#listeners) listener(event)
  }

  /** The event with its core headers and sequence number, without telling anybody: `uuid_dump` answers with one. */
  stamp({ name, headers = [], body, subclass }: EventDraft): SwitchEvent {
    const first: Header[] = subclass === undefined ? [] : [['Event-Subclass', subclass]]
    const stamped = [...first, ...this.#coreHeaders(name), ...headers]
    return body === undefined ? { name, headers: stamped } : { name, headers: stamped, body }
  }

  #coreHeaders(name: string): Header[] {
    const now = microseconds()
    this.#sequence += 1
    return [
      ['Event-Name', name],
      ['Core-UUID', this.coreUuid],
      ['FreeSWITCH-Hostname', this.hostname],
      ['FreeSWITCH-Switchname', this.hostname],
      ['FreeSWITCH-IPv4', this.#ipv4],
      ['FreeSWITCH-IPv6', this.#ipv6],
      ['Event-Date-Local', localStamp(now)],
      ['Event-Date-GMT', new Date(now / 1000).toUTCString()],
      ['Event-Date-Timestamp', String(now)],
      ['Event-Calling-File', 'softswitch'],
      ['Event-Calling-Function', name.toLowerCase()],
      ['Event-Calling-Line-Number', '0'],
      ['Event-Sequence', String(this.#sequence)],
    ]
  }
}

function firstAddress(family: 'IPv4' | 'IPv6'): string {
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? [])
  const outside = addresses.find((address) => address.family === family && !address.internal)
  return outside?.address ?? (family === 'IPv4' ? '127.0.0.1' : '::1')
}
