import { decodeTableOf, type G711Law } from './g711.ts'
import { sequenceDistance } from './rtp-packet.ts'

/** Samples of one 20 ms frame at 8 kHz. */
export const frameSamples = 160

const slotCount = 32
const slotMask = slotCount - 1
const slotOctets = 480
/** Packets waited for before playing starts: 20 ms of tolerance, still well inside 60 ms from mouth to ear. */
const targetDepth = 2
/** Beyond this the delay is cut: the far clock runs faster than ours, or a burst came after a pause. */
const maxDepth = 8

interface Slot {
  sequence: number
  law: G711Law
  length: number
  used: boolean
  readonly octets: Uint8Array
}

export interface JitterStats {
  readonly received: number
  readonly late: number
  readonly lost: number
  readonly duplicates: number
}

/**
 * Orders packets by sequence number and hands out a frame of samples each beat. What is missing is silence, what comes
 * too late or twice is dropped. Everything is allocated once; packets of any G.711 length up to 60 ms fit.
 */
export class JitterBuffer {
  readonly #slots: readonly Slot[] = Array.from({ length: slotCount }, () => ({
    sequence: 0,
    law: 'alaw' as const,
    length: 0,
    used: false,
    octets: new Uint8Array(slotOctets),
  }))
  #next = 0
  #offset = 0
  #depth = 0
  #started = false
  #fresh = true
  #playing = false
  #waitedBeats = 0
  #lastLength = frameSamples
  #received = 0
  #late = 0
  #lost = 0
  #duplicates = 0

  get stats(): JitterStats {
    return { received: this.#received, late: this.#late, lost: this.#lost, duplicates: this.#duplicates }
  }

  /** Forgets the stream: a new SSRC counts its sequence numbers from elsewhere (RFC 3550 section 8). */
  reset(): void {
    for (const slot of this.#slots) slot.used = false
    this.#depth = 0
    this.#offset = 0
    this.#started = false
    this.#playing = false
    this.#waitedBeats = 0
  }

  /** Takes a packet. An empty payload holds the place of a packet without audio, as telephone-event is. */
  put(sequence: number, law: G711Law, payload: Uint8Array): void {
    if (payload.length > slotOctets) return
    if (!this.#started) this.#begin(sequence)
    const ahead = sequenceDistance(sequence, this.#next)
    if (ahead >= slotCount || ahead < -slotCount) {
      this.reset()
      this.#begin(sequence)
    } else if (ahead < 0) {
      // Before the first frame is played the stream may still begin earlier than the packet that came first.
      if (!this.#fresh || this.#depth - ahead >= slotCount) {
        this.#late += 1
        return
      }
      this.#next = sequence
    }
    this.#store(sequence, law, payload)
  }

  #begin(sequence: number): void {
    this.#started = true
    this.#fresh = true
    this.#next = sequence
  }

  #store(sequence: number, law: G711Law, payload: Uint8Array): void {
    const slot = this.#slotOf(sequence)
    if (slot.used && slot.sequence === sequence) {
      this.#duplicates += 1
      return
    }
    if (!slot.used) this.#depth += 1
    slot.used = true
    slot.sequence = sequence
    slot.law = law
    slot.length = payload.length
    slot.octets.set(payload)
    this.#received += 1
  }

  #slotOf(sequence: number): Slot {
    const slot = this.#slots[sequence & slotMask]
    if (slot === undefined) throw new RangeError(`No jitter buffer slot for sequence ${sequence}`)
    return slot
  }

  /** Fills `frame` with the next 20 ms. False when it is nothing but silence for want of packets. */
  take(frame: Int16Array): boolean {
    if (!this.#readyToPlay()) {
      frame.fill(0)
      return false
    }
    if (this.#depth > maxDepth) this.#catchUp()
    let filled = 0
    let heard = false
    while (filled < frame.length) {
      const slot = this.#slotOf(this.#next)
      if (!slot.used) {
        if (this.#depth === 0) break
        filled += this.#conceal(frame, filled)
      } else {
        heard = true
        filled += this.#copy(slot, frame, filled)
      }
    }
    if (filled < frame.length) this.#underrun(frame, filled)
    return heard
  }

  #readyToPlay(): boolean {
    if (this.#playing) return true
    if (this.#depth === 0) return false
    this.#playing = this.#depth >= targetDepth || this.#waitedBeats > 0
    this.#waitedBeats += 1
    if (this.#playing) this.#fresh = false
    return this.#playing
  }

  #copy(slot: Slot, frame: Int16Array, at: number): number {
    const table = decodeTableOf(slot.law)
    const count = Math.max(0, Math.min(slot.length - this.#offset, frame.length - at))
    for (let index = 0; index < count; index += 1) {
      frame[at + index] = table[slot.octets[this.#offset + index] ?? 0] ?? 0
    }
    this.#offset += count
    if (slot.length > 0) this.#lastLength = slot.length
    if (this.#offset >= slot.length) this.#advance(slot)
    return count
  }

  #conceal(frame: Int16Array, at: number): number {
    const count = Math.min(this.#lastLength - this.#offset, frame.length - at)
    frame.fill(0, at, at + count)
    this.#offset += count
    if (this.#offset >= this.#lastLength) {
      this.#lost += 1
      this.#offset = 0
      this.#next = (this.#next + 1) & 0xffff
    }
    return Math.max(count, 0)
  }

  #advance(slot: Slot): void {
    slot.used = false
    this.#depth -= 1
    this.#offset = 0
    this.#next = (this.#next + 1) & 0xffff
  }

  #catchUp(): void {
    while (this.#depth > targetDepth) {
      const slot = this.#slotOf(this.#next)
      if (slot.used) this.#advance(slot)
      else this.#next = (this.#next + 1) & 0xffff
    }
    this.#offset = 0
  }

  #underrun(frame: Int16Array, at: number): void {
    frame.fill(0, at)
    this.#playing = false
    this.#waitedBeats = 0
  }
}
