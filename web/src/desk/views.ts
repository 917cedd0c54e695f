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
  /** A colleague's call, who asks or who is listened to, is not commanded from here. */
  readonly role: 'own' | 'consulted' | 'listening'
  /** Whose call it is. */
  readonly partner: string | null
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

/** What the city has, and the codes it knows. */
export interface Codes {
  readonly breakReasons: Readonly<Record<string, string>>
  readonly callOutcomes: readonly string[]
  /** Numbers to which there is a route. */
  readonly emergencyServices: readonly string[]
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
  /** Until when the citizen is left in peace after an attempt. */
  readonly notBefore: string | null
}

/** A call to a citizen, of the agent's own. */
export interface CallOut {
  readonly callId: string
  readonly placedAt: string
  readonly number: string
  readonly result: string
  readonly outcome: string | null
}

export interface Notice {
  readonly noticeId: string
  readonly text: string
  readonly level: 'info' | 'warning' | 'urgent'
  readonly by: string
  readonly publishedAt: string
  readonly until: string | null
}

/** Calls to citizens, beside what came in. */
export interface CallsOut {
  readonly placed: number
  readonly reached: number
  readonly talkedMs: number
}

export interface AgentFigures {
  readonly agentId: string
  /** Calls the agent was the first to answer. */
  readonly answered: number
  /** Those a colleague handed over included. */
  readonly handled: number
  readonly talking: number
  readonly talkedMs: number
  readonly out: CallsOut
  readonly missed: number
  readonly averageRating: number | null
  /** Where the time went, milliseconds; the parts add up to `loggedIn`. */
  readonly timesMs: Readonly<Record<AgentTime, number>> & { readonly notReady: Readonly<Record<string, number>> }
}

export type AgentTime = 'loggedIn' | 'ready' | 'ringing' | 'talking' | 'held' | 'wrapUp' | 'monitoring'
