/** What the service answers, as far as the desk looks at it. */
export interface AgentView {
  readonly agentId: string
  readonly name: string
  readonly state: 'offline' | 'notReady' | 'ready' | 'ringing' | 'talking' | 'wrapUp' | 'monitoring'
  readonly status: 'offline' | 'available' | 'break'
  readonly reason: string | null
  readonly extension: string | null
  readonly callId: string | null
  readonly since: string
}

export interface DeskCall {
  readonly callId: string
  readonly direction: 'inbound' | 'outbound'
  readonly state: string
  readonly line: string
  readonly callerNumber: string
  readonly callerName: string
  readonly language: string
  readonly menuPath: readonly string[]
  readonly queue: string | null
  readonly queuedAt: string | null
  readonly answeredAt: string | null
  readonly ticketId: string
  /** Null while nobody talks. */
  readonly talk: string | null
  readonly third: string | null
  readonly recordingPaused: boolean
  /** The own phone's leg; null while nobody talks. */
  readonly phone: { readonly legId: string; readonly lost: boolean } | null
  readonly listed: { readonly vip: boolean; readonly grade: string | null; readonly note: string } | null
  readonly lastCalls: readonly {
    readonly callId: string
    readonly offeredAt: string
    readonly queue: string | null
    readonly agentId: string | null
    readonly outcome: string
  }[]
}

export interface Branch {
  readonly number: string
  readonly name: string
  readonly state: 'open' | 'busy' | 'closed'
  readonly reason: string
}

export interface Callback {
  readonly callbackId: string
  readonly kind: 'requested' | 'missed' | 'opened'
  readonly state: string
  readonly number: string
  readonly language: string
  readonly queue: string | null
  readonly openedAt: string
  readonly expiresAt: string
  readonly missedCalls: number
  readonly attempts: number
}

export interface Notice {
  readonly noticeId: string
  readonly text: string
  readonly level: 'info' | 'warning' | 'urgent'
  readonly by: string
  readonly publishedAt: string
  readonly until: string | null
}

export interface AgentFigures {
  readonly agentId: string
  readonly answered: number
  readonly talking: number
  readonly talkedMs: number
  readonly missed: number
  readonly averageRating: number | null
}
