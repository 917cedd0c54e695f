/** What a message may be, by the city's file; seconds. */
export interface VoicemailLimits {
  readonly longest: number
  /** Silence after which the caller counts as finished. */
  readonly silence: number
  readonly shortest: number
}

/** A message that a caller leaves, as far as it is known before a word was said. */
export interface Draft {
  readonly voicemailId: string
  readonly callId: string
  /** Whose people are to listen to it. */
  readonly queue: string
  readonly line: string
  readonly callerNumber: string
  readonly callerName: string
  readonly language: string
  /** The line is closed, or the longest wait in the queue was over. */
  readonly reason: 'closed' | 'overflow'
}

/** A message that was left. */
export interface Voicemail extends Draft {
  /** Counts upwards in the order of leaving. */
  readonly number: number
  readonly leftAt: Date
  readonly durationMs: number
  readonly bytes: number
  readonly sha256: string
  /** In the vault. */
  readonly file: string
  readonly handledBy: string | null
  readonly handledAt: Date | null
}

/** What one phone's message lamp shows. */
export interface Lamp {
  readonly extension: string
  /** Messages that wait to be dealt with, and those that have been and are still there. */
  readonly waiting: number
  readonly handled: number
}
