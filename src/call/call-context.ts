import type { AgentRoster } from '../agent/index.ts'
import type { Caller, NuisanceRules } from '../callers/index.ts'
import type { EventData, EventLog } from '../events/index.ts'
import type { Incidents } from '../incident/index.ts'
import type { MenuSnapshot } from '../ivr/index.ts'
import type { Clock, Logger } from '../kernel/index.ts'
import type { Dispatcher, QueueConfig } from '../queue/index.ts'
import type { Recorder } from '../recording/index.ts'
import type { Mailbox } from '../voicemail/index.ts'
import type { CallNeed } from './call.ts'
import type { CallTargets } from './call-targets.ts'

export type LastCalls = EventData<'agent.ringing'>['pop']['lastCalls']

/** A line outside its hours. */
export interface ClosedLine {
  readonly calendarId: string
  readonly reason: string
  readonly instead:
    | { readonly kind: 'announce'; readonly prompt: string }
    | { readonly kind: 'voicemail'; readonly queue: string; readonly greeting: string }
}

/** Callers who would rather be called back than wait. */
export interface CallbackDesk {
  /** The key that asks for it while waiting; undefined: none does. */
  readonly key: string | undefined
  /** Whether we may call that number. */
  allowed(number: string): boolean
  /** The caller's place in the line is kept from here on without the call. */
  request(wish: CallNeed & { readonly callId: string; readonly number: string; readonly line: string }): void
}

/** What every call shares: the stages it passes through and the log its facts go to. */
export interface CallContext {
  readonly clock: Clock
  readonly logger: Logger
  readonly log: EventLog
  readonly roster: AgentRoster
  readonly dispatcher: Dispatcher
  readonly targets: CallTargets
  /** Prompt folder as the switches see it. */
  readonly promptsDir: string
  menus(): MenuSnapshot
  queue(name: string): QueueConfig
  /** Whether anybody who could serve the caller is logged in, ready or not. */
  staffed(need: CallNeed): boolean
  /** Files that tell a waiting caller the position and expected wait, and what was said. */
  announcement(need: CallNeed & { readonly callId: string }): {
    readonly files: readonly string[]
    readonly fact: EventData<'call.announced'> | undefined
  }
  readonly mailbox: Mailbox
  /** Seconds a phone in a browser that was lost in mid-call is waited for. */
  readonly phoneReturnWithin: number
  readonly recorder: Recorder
  /** Whether the line is closed now, why, and what becomes of its callers. */
  closed(line: string): ClosedLine | undefined
  /** What callers hear of incidents: new ones before the menu, those who wait in between. */
  readonly incidents: Pick<Incidents, 'forNewCall' | 'forWaiting'>
  readonly callbacks: CallbackDesk
  /** How the number is treated, if in its own way. */
  caller(number: string): Caller | undefined
  readonly nuisance: NuisanceRules
  lastCalls(callerNumber: string, callId: string): Promise<LastCalls>
}

/** What the desk shows of a caller who is treated in his own way. */
export function listedOf(
  context: Pick<CallContext, 'caller'>,
  number: string,
): EventData<'agent.ringing'>['pop']['listed'] {
  const caller = context.caller(number)
  return caller ? { vip: caller.vip, grade: caller.grade, note: caller.note } : null
}
