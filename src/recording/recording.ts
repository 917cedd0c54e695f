import type { LegId } from '../switch/switch-port.ts'

/** Milliseconds by which a recording may be shorter than its call; of a long one, as much as a twentieth. */
export const mayMiss = 3000

/** What is known of a recording while it is made; it lies beside the file, so that a crash loses neither. */
export interface RecordingNote {
  readonly callId: string
  /** The caller's: what it says is the left channel, what it hears the right. */
  readonly legId: LegId
  readonly line: string
  readonly queue: string | null
  readonly agentId: string | null
  readonly callerNumber: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** Milliseconds since the epoch; not known while the call goes on, nor when the process ended before it. */
  readonly endedAt?: number
  readonly masked: boolean
}

/** A recording that is kept. */
export interface Recording {
  readonly callId: string
  /** Counts upwards in the order of storing. */
  readonly number: number
  readonly line: string
  readonly queue: string | null
  readonly agentId: string | null
  readonly callerNumber: string
  readonly startedAt: Date
  readonly durationMs: number
  readonly bytes: number
  readonly sha256: string
  readonly keyId: string
  readonly file: string
  readonly keepUntil: Date
}
