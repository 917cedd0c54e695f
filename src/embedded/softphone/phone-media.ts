import type { Clock } from '../../kernel/index.ts'
import {
  type FrameSource,
  frameSamples,
  hearsTone,
  loudness,
  type RtpPorts,
  RtpSession,
  type RtpSessionStats,
  type Ticker,
  ToneSource,
} from '../rtp/index.ts'
import { answering, type Direction, type RemoteAudio, readRemoteAudio, writePhoneSdp } from './phone-sdp.ts'

export interface PhoneMediaOptions {
  readonly host: string
  readonly ports: RtpPorts
  readonly ticker: Ticker
  readonly clock: Clock
}

interface Listener {
  readonly frequency: number
  heard(): void
}

/** A phone with an open microphone in a silent room sends this. */
const silence: FrameSource = {
  read(frame) {
    frame.fill(0)
    return true
  },
}

/** A tone is judged over this many frames of 20 ms. */
const judgedFrames = 5
/** Quieter than this is no audio but the rounding of silence. */
const audible = 100

/** Loudspeaker and microphone of one call. */
export class PhoneMedia {
  readonly #options: PhoneMediaOptions
  readonly #session: RtpSession
  readonly #window = new Int16Array(judgedFrames * frameSamples)
  readonly #listeners = new Set<Listener>()
  readonly #digits: string[]
  #direction: Direction = 'sendrecv'
  #version = 0
  #firstPacketAt: number | undefined
  #firstAudioAt: number | undefined

  private constructor(options: PhoneMediaOptions, session: RtpSession, digits: string[]) {
    this.#options = options
    this.#session = session
    this.#digits = digits
    session.setSource(silence)
  }

  /** Opens the call's RTP port; rejects when none is free. */
  static async open(options: PhoneMediaOptions): Promise<PhoneMedia> {
    const digits: string[] = []
    const session = await RtpSession.open({
      ...options,
      onDigit: ({ digit }) => digits.push(digit),
      onFrame: (frame, heard) => media.#hear(frame, heard),
    })
    const media = new PhoneMedia(options, session, digits)
    return media
  }

  /** Milliseconds since 1970 when the first packet was played, and when the first that was not silence. */
  get firstPacketAt(): number | undefined {
    return this.#firstPacketAt
  }

  get firstAudioAt(): number | undefined {
    return this.#firstAudioAt
  }

  get stats(): RtpSessionStats {
    return this.#session.stats
  }

  /** The keys the other side pressed, as telephone-events. */
  get digitsHeard(): string {
    return this.#digits.join('')
  }

  get isHeld(): boolean {
    return this.#direction !== 'sendrecv'
  }

  offer(direction: Direction): string {
    this.#direction = direction
    return this.#write({})
  }

  /** Answers an offer; undefined when nothing in it can be spoken. */
  answer(offer: string): string | undefined {
    const remote = readRemoteAudio(offer)
    if (!remote) return undefined
    this.#direction = answering(remote.direction)
    this.#apply(remote)
    return this.#write({ agreed: remote })
  }

  /** Takes the answer to our offer. False when nothing in it can be spoken. */
  accept(answer: string): boolean {
    const remote = readRemoteAudio(answer)
    if (remote) this.#apply(remote)
    return remote !== undefined
  }

  /** Sends a tone of that many hertz, or silence again. */
  sendTone(frequency: number | undefined): void {
    this.#session.setSource(frequency === undefined ? silence : new ToneSource({ frequencies: [frequency] }))
  }

  /** Sends keys as telephone-events; resolves when the last was released. */
  async sendDigits(digits: string): Promise<void> {
    if (!this.#session.sendDigits(digits)) throw new Error('The other side takes no telephone-events: send INFO')
    while (this.#session.sendingDigits) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  /** Whether a tone is heard within that time. */
  hears(frequency: number, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      // Only what comes from now on counts, not the tone that just ended.
      this.#window.fill(0)
      const finish = (heard: boolean) => {
        this.#listeners.delete(listener)
        stopWaiting()
        resolve(heard)
      }
      const listener = { frequency, heard: () => finish(true) }
      const stopWaiting = this.#options.clock.after(withinMs, () => finish(false))
      this.#listeners.add(listener)
    })
  }

  close(): void {
    this.#session.close()
  }

  #write(agreed: { agreed?: RemoteAudio }): string {
    const { host } = this.#options
    return writePhoneSdp({
      host,
      port: this.#session.port,
      version: ++this.#version,
      direction: this.#direction,
      ...agreed,
    })
  }

  #apply(remote: RemoteAudio): void {
    const { address, port, law, eventPayloadType } = remote
    this.#session.setRemote({ address, port, law, ...(eventPayloadType === undefined ? {} : { eventPayloadType }) })
    // Who is put on hold, or holds, does not speak into it (RFC 3264 section 8.4).
    const maySend =
      this.#direction === 'sendrecv' && (remote.direction === 'sendrecv' || remote.direction === 'recvonly')
    this.#session.setMuted(!maySend)
  }

  #hear(frame: Int16Array, heard: boolean): void {
    if (!heard) return
    const now = this.#options.clock.now()
    this.#firstPacketAt ??= now
    if (this.#firstAudioAt === undefined && loudness(frame) >= audible) this.#firstAudioAt = now
    if (this.#listeners.size === 0) return
    this.#window.copyWithin(0, frameSamples)
    this.#window.set(frame, this.#window.length - frameSamples)
    for (const listener of this.#listeners) if (hearsTone(this.#window, listener.frequency)) listener.heard()
  }
}
