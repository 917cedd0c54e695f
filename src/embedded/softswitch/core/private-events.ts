/** A command for one channel: what `sendmsg` carries. Names of headers are in lower case. */
export interface PrivateEvent {
  readonly headers: ReadonlyMap<string, string>
}

/**
 * Commands waiting for a channel. An application that waits performs them at once, nested, unless the one in
 * progress holds the lock (`event-lock: true`): then they queue behind it (switch_ivr_parse_event).
 */
export class PrivateEvents {
  readonly #queue: PrivateEvent[] = []
  #locks = 0

  push(event: PrivateEvent): void {
    this.#queue.push(event)
  }

  /** The next command, or undefined when there is none or the lock is held. */
  take(): PrivateEvent | undefined {
    return this.#locks > 0 ? undefined : this.#queue.shift()
  }

  lock(): void {
    this.#locks += 1
  }

  unlock(): void {
    this.#locks -= 1
  }

  clear(): void {
    this.#queue.length = 0
  }

  /** A command execution is under way (FreeSWITCH's CF_BROADCAST). */
  broadcasting = false
  /** What plays shall stop, and whatever it was nested in too (CF_STOP_BROADCAST). */
  stopping = false
  /** The application in progress shall end (CF_BREAK). */
  breaking = false

  stop(): void {
    if (this.broadcasting) this.stopping = true
    this.breaking = true
  }

  takeBreak(): boolean {
    const breaking = this.breaking
    this.breaking = false
    return breaking
  }
}
