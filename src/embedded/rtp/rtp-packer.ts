import { randomBytes } from 'node:crypto'
import { encodeG711, type G711Law, payloadTypeOf } from './g711.ts'
import { frameSamples } from './jitter-buffer.ts'
import { rtpHeaderLength, writeRtpHeader } from './rtp-packet.ts'
import type { EventPayload } from './telephone-event.ts'

/** A buffer is used again only three packets later: the system may still hold the one just handed over. */
const buffers = 4

/** Packs what one stream sends: its name, its count of packets, and its time (RFC 3550 section 5.1). */
export class RtpPacker {
  /** The name of what we send (RFC 3550 section 8). */
  readonly ssrc = randomBytes(4).readUInt32BE()
  readonly #datagrams = Array.from({ length: buffers }, () => Buffer.alloc(rtpHeaderLength + frameSamples))
  #sequence = randomBytes(2).readUInt16BE()
  #timestamp = randomBytes(4).readUInt32BE()
  #eventTimestamp = 0
  #marker = true

  /** Time goes on by one frame, whether anything is sent of it or not. */
  beat(): void {
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0
  }

  /** Nothing was sent for a while: the next frame begins a stretch of talk (RFC 3551 section 4.1). */
  paused(): void {
    this.#marker = true
  }

  /** One frame of sound. Valid until three further packets were packed. */
  audio(law: G711Law, frame: Int16Array): Buffer {
    const datagram = this.#next()
    encodeG711(law, frame, datagram.subarray(rtpHeaderLength))
    this.#write(datagram, payloadTypeOf[law], this.#timestamp, this.#marker)
    this.#marker = false
    return datagram
  }

  /** One copy of a key's packet; all of one key bear the time at which it began (RFC 4733 section 2.2.1). */
  event(payloadType: number, event: EventPayload): Buffer {
    const datagram = this.#next()
    event.octets.copy(datagram, rtpHeaderLength)
    this.#write(datagram, payloadType, this.#eventTimestamp, event.first)
    return datagram.subarray(0, rtpHeaderLength + event.octets.length)
  }

  /** The key whose packets follow begins now. */
  beginEvent(): void {
    this.#eventTimestamp = this.#timestamp
  }

  #next(): Buffer {
    const datagram = this.#datagrams[this.#sequence % buffers]
    if (datagram === undefined) throw new RangeError('No RTP send buffer')
    return datagram
  }

  #write(datagram: Buffer, payloadType: number, timestamp: number, marker: boolean): void {
    writeRtpHeader(datagram, { marker, payloadType, sequence: this.#sequence, timestamp, ssrc: this.ssrc })
    this.#sequence = (this.#sequence + 1) & 0xffff
  }
}
