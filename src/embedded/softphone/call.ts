import type { RtpSessionStats } from '../rtp/index.ts'

/** How an attempt to talk went. */
export type Answered =
  | { readonly kind: 'answered'; readonly at: number; readonly afterMs: number }
  | { readonly kind: 'notAnswered'; readonly cause: EndCause }

export interface Ended {
  readonly cause: EndCause
  /** Milliseconds since 1970. */
  readonly at: number
  /** The refusing status of a call that was not answered. */
  readonly status?: number
  readonly reason?: string
}

export type EndCause =
  /** We hung up, the other side did. */
  | 'hungUp'
  | 'hungUpByOther'
  /** Given up before the answer: by us, by the caller. */
  | 'cancelled'
  | 'cancelledByOther'
  /** A final response from 300 on: by us, by the other side. */
  | 'rejected'
  | 'refused'

/** A call seen from one softphone. Its promises never reject: whatever happens to a call is an outcome. */
export interface Call {
  readonly direction: 'outgoing' | 'incoming'
  /** The user part of whom we talk to, as its From or the called URI says. */
  readonly other: string
  /** The SIP Call-ID; undefined before the first message of an outgoing call was sent. */
  readonly callId: string | undefined
  /** When it began to ring, in milliseconds since 1970. */
  readonly ringingAt: number | undefined
  readonly answered: Promise<Answered>
  readonly ended: Promise<Ended>
  readonly isHeld: boolean
  /** When the first RTP packet was played, and the first that was not silence; milliseconds since 1970. */
  readonly firstPacketAt: number | undefined
  readonly firstAudioAt: number | undefined
  /** Keys the other side pressed: telephone-events and INFO. */
  readonly digitsHeard: string
  readonly rtp: RtpSessionStats
  /** Answers an incoming call that rings. */
  answer(): Promise<void>
  /** Rejects an incoming call that rings. */
  reject(status: number): void
  /** Gives up an outgoing call that is not answered yet. */
  cancel(): void
  /** Ends the call, whatever state it is in. */
  hangUp(): Promise<void>
  /**
   * Sends whom it talks with to another number (REFER, RFC 3515). Resolves with the status of the final NOTIFY, or of
   * the refusal; rejects when neither came within a minute.
   */
  refer(number: string): Promise<number>
  /** As above, to any URI. */
  referTo(uri: string): Promise<number>
  /** What names this call in the `Replaces` of a URI: who calls that takes our place in it (RFC 3891). */
  readonly replacedBy: string
  hold(): Promise<void>
  resume(): Promise<void>
  /** Resolves when the last key was released; rejects when the other side does not take them this way. */
  sendDtmf(digits: string, options: { via: 'rfc4733' | 'info' }): Promise<void>
  /** Sends a tone of that many hertz from now on, or silence. */
  sendTone(frequency: number | undefined): void
  /** Whether that tone is heard within the time (10 s when not given). */
  hears(frequency: number, options?: { withinMs?: number }): Promise<boolean>
}
