import type { Cause } from './causes.ts'

/** The signalling of one channel, as the core sees it: SIP, behind `sip/`. */
export interface Endpoint {
  /** 180 to a caller who waits. */
  ring(): void
  /** Opens media towards a caller before answering (183 with SDP). False when the call is gone or no codec is shared. */
  earlyMedia(): Promise<boolean>
  /** Answers. False when the call is gone or no codec is shared. */
  answer(): Promise<boolean>
  /** Refuses, cancels or ends the call, whichever fits; `status` replaces the SIP status the cause maps to. */
  end(cause: Cause, status?: { code: number; phrase: string }): void
  /** Puts the phone on hold or takes it back by re-INVITE. */
  hold(held: boolean): Promise<void>
  /** Sends keys by RFC 4733; false when there is no media for it. */
  sendDigits(keys: string, durationMs: number): boolean
  /** Tells the phone that sent REFER what came of it: a final NOTIFY with that status line (RFC 3515 section 2.4.5). */
  notifyRefer(statusLine: string): void
  /** Sends the phone elsewhere: 302 before answering, REFER after. The text is what `uuid_deflect` answers. */
  deflect(uri: string): Promise<string>
}
