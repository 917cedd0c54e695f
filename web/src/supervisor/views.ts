/** What the service answers, as far as supervisors look at it. */
export interface RoomAgent {
  readonly agentId: string
  readonly name: string
  readonly skills: readonly string[]
  readonly state: string
  readonly status: string
  readonly reason: string | null
  readonly extension: string | null
  readonly callId: string | null
  readonly since: string
}

export interface RoomCall {
  readonly callId: string
  readonly direction: string
  readonly state: string
  readonly line: string
  readonly callerNumber: string
  readonly language: string
  readonly offeredAt: string
  readonly queue: string | null
  readonly queuedAt: string | null
  readonly agentId: string | null
}

export interface Monitor {
  readonly callId: string
  readonly agentId: string
  readonly mode: string
  readonly state: string
}

export interface HistoryEntry {
  readonly callId: string
  readonly callerNumber: string
  readonly queue: string | null
  readonly agentId: string | null
  readonly offeredAt: string
  readonly queuedAt: string | null
  readonly answeredAt: string | null
  readonly abandonedAt: string | null
  readonly releasedAt: string | null
  /** How it ended; null while it goes on. */
  readonly ending: string | null
}

export interface TimelineEvent {
  readonly id: string
  readonly type: string
  readonly time: string
  readonly data: Readonly<Record<string, unknown>>
}
