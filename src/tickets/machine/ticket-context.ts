import type { TicketKind, Urgency } from '../rules/rules-schema.ts'

/** Who sends an input. `clock` is a deadline that came due. */
export interface Actor {
  readonly id: string
  readonly role: 'agent' | 'supervisor' | 'admin' | 'unit' | 'service' | 'clock' | 'citizen'
  /** The unit an official works for. */
  readonly unitId: string | null
}

/** The unit a ticket is dispatched to, as it was then. `path` leads from the top of the tree. */
export interface HandlingUnit {
  readonly unitId: string
  readonly path: string
  readonly partner: boolean
}

/** Stages that have a clock with notices; what happens after closing has none. */
export const clockStages = [
  'accept',
  'dispatch',
  'callOut',
  'sign',
  'arbitrate',
  'handle',
  'review',
  'visit',
  'archive',
] as const
export type ClockStage = (typeof clockStages)[number]

/** Milliseconds since 1970-01-01T00:00Z. `round` grows when a limit begins anew, so that its notices may be sent again. */
export interface StageClock {
  readonly from: number
  readonly dueAt: number
  readonly round: number
}

/** What a citizen said when asked after the end. Null: not said. */
export interface Visit {
  readonly at: number
  readonly by: string
  readonly channel: 'phone' | 'web' | 'sms' | 'key'
  readonly reached: boolean
  readonly resolved: boolean | null
  readonly satisfied: boolean | null
  readonly comment: string
}

/** What the caller said of the talk by a key: 1 very dissatisfied, 5 very satisfied. It says nothing of how a unit handled the matter. */
export interface CallRating {
  readonly at: number
  readonly rating: number
  /** Whose talk it was. */
  readonly agentId: string
}

export interface Extension {
  readonly askedAt: number
  /** The date promised to the citizen. */
  readonly until: number
  readonly grounds: string
  readonly decision: 'open' | 'approved' | 'refused'
}

/** Everything a ticket's machine remembers. It is stored as JSON, so it holds nothing else. */
export interface TicketContext {
  readonly kind: TicketKind | null
  readonly urgency: Urgency
  readonly investigation: boolean
  /** A leader gave instructions: the centre itself makes the return visit. */
  readonly leaderInstructed: boolean
  /** The agent who took the call; responsible until the ticket is handed over (首问负责制). */
  readonly firstReceiver: string | null
  readonly unit: HandlingUnit | null
  /** When each state was entered last. */
  readonly entered: Readonly<Record<string, number>>
  /** Since when the limit of handling runs, and since when this unit has the ticket. */
  readonly handlingSince: number | null
  readonly unitSince: number | null
  readonly handlingRound: number
  readonly clocks: Readonly<Partial<Record<ClockStage, StageClock>>>
  /** Until when this unit may return the ticket. */
  readonly returnDueAt: number | null
  /** Notices sent, `stage:round:kind`, and when. */
  readonly sent: Readonly<Record<string, number>>
  /** The unit's "not ours" that waits for the centre, and how many the centre agreed to. */
  readonly returnReason: string | null
  readonly returns: number
  readonly extension: Extension | null
  readonly extensions: number
  readonly urged: number
  readonly criticised: number
  readonly supervised: number
  readonly escalated: number
  readonly calledOut: number
  readonly answer: string | null
  readonly callRating: CallRating | null
  readonly visits: readonly Visit[]
  readonly reworks: number
  readonly reopened: number
  readonly parentId: string | null
  /** How the ticket came to its end. Closed, resolved and satisfied are three facts. */
  readonly closedBy: 'answered' | 'replied' | 'notAccepted' | 'withdrawn' | 'merged' | 'voided' | 'branch' | null
  readonly resolved: boolean | null
  readonly satisfied: boolean | null
}

export function newContext({ firstReceiver, at }: { firstReceiver: string | null; at: number }): TicketContext {
  return {
    kind: null,
    urgency: 'ordinary',
    investigation: false,
    leaderInstructed: false,
    firstReceiver,
    unit: null,
    entered: { draft: at },
    handlingSince: null,
    unitSince: null,
    handlingRound: 0,
    clocks: {},
    returnDueAt: null,
    sent: {},
    returnReason: null,
    returns: 0,
    extension: null,
    extensions: 0,
    urged: 0,
    criticised: 0,
    supervised: 0,
    escalated: 0,
    calledOut: 0,
    answer: null,
    callRating: null,
    visits: [],
    reworks: 0,
    reopened: 0,
    parentId: null,
    closedBy: null,
    resolved: null,
    satisfied: null,
  }
}
