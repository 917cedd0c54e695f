import {
  type DigitEvent,
  type FrameSource,
  type RtpPorts,
  type RtpRemote,
  type RtpSeal,
  RtpSession,
  type RtpSessionStats,
  type Ticker,
} from '../../rtp/index.ts'

/** Hears both directions of a channel each beat: a recording. `sent` is undefined when nothing goes out. */
export interface MediaTap {
  frame(received: Int16Array, sent: Int16Array | undefined): void
}

/**
 * Stands in both directions of a channel each beat and may change what passes, as FreeSWITCH's media bugs with
 * `_REPLACE` do. `heard` and `filled` say whether there was a frame at all; where there was none, there is nothing to mix into.
 */
export interface MediaBug {
  received(frame: Int16Array, heard: boolean): void
  sending(frame: Int16Array, filled: boolean): void
}

export interface ChannelMediaOptions {
  ports: RtpPorts
  ticker: Ticker
  onDigit: (event: DigitEvent) => void
}

/** The audio of one channel: its RTP stream, what is sent on it, who records it, which direction is muted. */
export class ChannelMedia {
  readonly #rtp: RtpSession
  readonly #taps: Set<MediaTap>
  readonly #bugs: Set<MediaBug>
  readonly #mute: { read: boolean; write: boolean }

  private constructor(
    rtp: RtpSession,
    parts: { taps: Set<MediaTap>; bugs: Set<MediaBug>; mute: { read: boolean; write: boolean } },
  ) {
    this.#rtp = rtp
    this.#taps = parts.taps
    this.#bugs = parts.bugs
    this.#mute = parts.mute
  }

  static async open({ ports, ticker, onDigit }: ChannelMediaOptions): Promise<ChannelMedia> {
    const taps = new Set<MediaTap>()
    const bugs = new Set<MediaBug>()
    const mute = { read: false, write: false }
    const rtp = await RtpSession.open({
      ports,
      ticker,
      onDigit,
      onFrame(frame, heard) {
        if (mute.read) frame.fill(0)
        for (const bug of bugs) bug.received(frame, heard)
      },
      onSend(frame, filled) {
        for (const bug of bugs) bug.sending(frame, filled)
        if (filled && mute.write) frame.fill(0)
        for (const tap of taps) tap.frame(rtp.received, filled ? frame : undefined)
      },
    })
    return new ChannelMedia(rtp, { taps, bugs, mute })
  }

  get port(): number {
    return this.#rtp.port
  }

  get ssrc(): number {
    return this.#rtp.ssrc
  }

  get remote(): RtpRemote | undefined {
    return this.#rtp.remote
  }

  get stats(): RtpSessionStats {
    return this.#rtp.stats
  }

  /** The frame heard this beat; silence when there is none. */
  get received(): Int16Array {
    return this.#rtp.received
  }

  get hearing(): boolean {
    return this.#rtp.heard
  }

  get source(): FrameSource | undefined {
    return this.#rtp.source
  }

  /** The audio is secured, as WebRTC's is. */
  secure(seal: RtpSeal): void {
    this.#rtp.secure(seal)
  }

  setSource(source: FrameSource | undefined): void {
    this.#rtp.setSource(source)
  }

  setRemote(remote: RtpRemote): void {
    this.#rtp.setRemote(remote)
  }

  /** The other side does not want to hear us: it holds. */
  setSendingAllowed(allowed: boolean): void {
    this.#rtp.setMuted(!allowed)
  }

  mute(direction: 'read' | 'write', muted: boolean): void {
    this.#mute[direction] = muted
  }

  sendDigits(keys: string, durationMs: number): boolean {
    return this.#rtp.sendDigits(keys, durationMs)
  }

  addTap(tap: MediaTap): void {
    this.#taps.add(tap)
  }

  removeTap(tap: MediaTap): void {
    this.#taps.delete(tap)
  }

  addBug(bug: MediaBug): void {
    this.#bugs.add(bug)
  }

  removeBug(bug: MediaBug): void {
    this.#bugs.delete(bug)
  }

  close(): void {
    this.#taps.clear()
    this.#bugs.clear()
    this.#rtp.close()
  }
}
