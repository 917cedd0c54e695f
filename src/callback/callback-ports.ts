import type { EventLog } from '../events/index.ts'
import type { Clock, Logger } from '../kernel/index.ts'
import type { CallbackData } from './callback.ts'
import type { CallbackRules } from './callback-rules.ts'

/** The line of waiting callers, in which a callback keeps its place without a caller on the phone. */
export interface CallbackLine {
  join(callback: CallbackData & { readonly queue: string; readonly queuedAt: number }): void
  leave(callbackId: string): void
}

/** How an attempt went; see the call's OutboundOutcome. */
export type AttemptOutcome =
  | { readonly kind: 'reached' }
  | { readonly kind: 'agentMissed' | 'givenUp' }
  | { readonly kind: 'notReached'; readonly outcome: 'busy' | 'noAnswer' | 'rejected' | 'unreachable' }

/** Calls out. */
export interface CallbackCalls {
  /** The number as it is dialled, so that one caller is one. */
  normal(number: string): string
  /**
   * Claims the agent and rings, first the agent and then the citizen. Undefined when the agent is not ready any more;
   * throws when the number may not be called or no switch is there, and the agent is free again.
   */
  place(attempt: {
    readonly callback: CallbackData
    readonly agentId: string
    readonly onOutcome: (outcome: AttemptOutcome) => void
  }): string | undefined
}

export interface CallbackBookOptions {
  /** Undefined: this city calls nobody back. */
  readonly rules: CallbackRules | undefined
  readonly line: CallbackLine
  readonly calls: CallbackCalls
  /** Whether citizens may be rung now. */
  readonly callHours: () => boolean
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
}

/** Whom to call back, and what for. */
export type CallbackWish = Pick<
  CallbackData,
  'number' | 'line' | 'language' | 'queue' | 'skills' | 'priority' | 'callId'
>
