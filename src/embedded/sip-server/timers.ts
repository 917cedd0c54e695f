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
}

export const standardTimers: SipTimers = { t1: 500, t2: 4_000, t4: 5_000, d: 32_000, c: 185_000 }

/** Timers B, F, H, J, L, M: after this a transaction is given up. */
export function giveUpAfter({ t1 }: SipTimers): number {
  return 64 * t1
}
