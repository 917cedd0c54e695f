/** The time values of RFC 3261 table 4, in milliseconds. */
export interface SipTimers {
  /** Estimated round-trip time: the first retransmission interval. */
  readonly t1: number
  /** Longest retransmission interval. */
  readonly t2: number
  /** How long a message may linger in the network. */
  readonly t4: number
  /** How long an answered or refused INVITE over UDP is remembered (timer D). */
  readonly d: number
  /** How long a proxied call may ring (timer C). */
  readonly c: number
  /** Timers B, F, H, J, L, M and the wait for an answer's ACK; 64 * T1 without. */
  readonly t1x64?: number
}

export const standardTimers: SipTimers = { t1: 500, t2: 4_000, t4: 5_000, d: 32_000, c: 185_000 }

/** After this a transaction is given up, and an answer without its ACK. */
export function giveUpAfter({ t1, t1x64 = 64 * t1 }: SipTimers): number {
  return t1x64
}
