/** Keys pressed as RTP named events, RFC 4733. */
const digits = '0123456789*#ABCD'

export interface DigitEvent {
  digit: string
  /** How long the key was down, in ms. */
  durationMs: number
}

const samplesPerMs = 8
const beatSamples = 160
/** End packets are sent three times, for a lost one would leave the key pressed (RFC 4733 section 2.5.1.4). */
const endRepeats = 3
const volume = 10

/** What one beat of a key press puts on the wire. */
export interface EventPayload {
  /** The first packet of an event, which carries the marker bit. */
  first: boolean
  /** Samples since the press began: the timestamp of all its packets is that of its beginning. */
  readonly octets: Buffer
  /** How often to send it, each with a sequence number of its own. */
  copies: number
}

/** Turns a string of keys into payloads, one beat after another, with a pause after each key. */
export class DigitSender {
  readonly #queue: { code: number; total: number }[] = []
  readonly #payload: EventPayload = { first: false, octets: Buffer.alloc(4), copies: 1 }
  #elapsed = 0
  #pauseBeats = 0

  /** Keys outside 0-9 * # A-D are left out; durations are kept within 40 ms and 8 s (16 bits of samples). */
  push(keys: string, durationMs: number): void {
    const total = Math.min(Math.max(durationMs, 40), 8000) * samplesPerMs
    for (const key of keys.toUpperCase()) {
      const code = digits.indexOf(key)
      if (code >= 0) this.#queue.push({ code, total })
    }
  }

  get busy(): boolean {
    return this.#queue.length > 0 || this.#pauseBeats > 0
  }

  /** The payload of this beat, valid until the next call; undefined in a pause or when nothing is to be sent. */
  next(): EventPayload | undefined {
    if (this.#pauseBeats > 0) {
      this.#pauseBeats -= 1
      return undefined
    }
    const current = this.#queue[0]
    if (current === undefined) return undefined
    const first = this.#elapsed === 0
    this.#elapsed = Math.min(this.#elapsed + beatSamples, current.total)
    const ended = this.#elapsed >= current.total
    this.#write(current.code, ended, first)
    if (ended) this.#finish()
    return this.#payload
  }

  #write(code: number, ended: boolean, first: boolean): void {
    this.#payload.first = first
    this.#payload.copies = ended ? endRepeats : 1
    this.#payload.octets.writeUInt8(code, 0)
    this.#payload.octets.writeUInt8((ended ? 0x80 : 0) | volume, 1)
    this.#payload.octets.writeUInt16BE(this.#elapsed, 2)
  }

  #finish(): void {
    this.#queue.shift()
    this.#elapsed = 0
    this.#pauseBeats = 3
  }
}

/** Beats without a packet after which a key whose end packets were all lost counts as released. */
const releaseBeats = 5

/** Turns packets into key presses: one each, however often its packets are repeated. */
export class DigitReceiver {
  readonly #onDigit: (event: DigitEvent) => void
  #timestamp: number | undefined
  #code = 0
  #duration = 0
  #reported = true
  #quietBeats = 0

  constructor({ onDigit }: { onDigit: (event: DigitEvent) => void }) {
    this.#onDigit = onDigit
  }

  /** A payload of the negotiated type. Cut short, or an event that is no key (RFC 4733 section 3.2), is ignored. */
  receive(timestamp: number, payload: Uint8Array): void {
    const [code, flags, high, low] = payload
    if (code === undefined || flags === undefined || high === undefined || low === undefined) return
    if (code >= digits.length) return
    if (timestamp !== this.#timestamp) this.#begin(timestamp, code)
    this.#quietBeats = 0
    this.#duration = Math.max(this.#duration, (high << 8) | low)
    if (flags & 0x80) this.#report()
  }

  /** Called each beat, so that a key is released also when its end never comes. */
  beat(): void {
    if (this.#reported) return
    this.#quietBeats += 1
    if (this.#quietBeats >= releaseBeats) this.#report()
  }

  #begin(timestamp: number, code: number): void {
    this.#report()
    this.#timestamp = timestamp
    this.#code = code
    this.#duration = 0
    this.#reported = false
  }

  #report(): void {
    if (this.#reported) return
    this.#reported = true
    this.#onDigit({ digit: digits.charAt(this.#code), durationMs: Math.round(this.#duration / samplesPerMs) })
  }
}
