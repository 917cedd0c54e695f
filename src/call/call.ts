import type { SnapshotFrom } from 'xstate'
import { firstStep, step } from '../kernel/index.ts'
import { type CallInput, type CallState, callMachine } from './call-machine.ts'
import { Leg } from './leg.ts'

/** What a caller waits for, once the menu or the line's front said so. */
export interface CallNeed {
  readonly queue: string
  readonly skills: readonly string[]
  readonly language: string
  readonly priority: number
  /** Milliseconds since the epoch; the place in the queue, kept through overflow and failed offers. */
  readonly queuedAt: number
  /** When the present queue was entered: its longest wait counts from here. */
  readonly enteredAt: number
}

/** Whom the caller talks to, from the offer on. */
export interface CallPartner {
  /** Null for a third party that is no agent of ours, after a transfer. */
  readonly agentId: string | null
  readonly leg: Leg
}

export interface CallIdentity {
  readonly callId: string
  readonly line: string
  readonly callerNumber: string
  readonly callerName: string
  readonly sipCallId: string
}

/** One call as it is now: identity, machine, legs and need. It decides nothing beyond the machine. */
export class Call {
  readonly identity: CallIdentity
  /** `outbound` when we called the citizen, whose leg is the caller's all the same. */
  readonly direction: 'inbound' | 'outbound'
  callerLeg: Leg
  /** Every leg the call ever had. */
  readonly legs: Leg[]
  readonly offeredAt: number
  language = ''
  menuPath: readonly string[] = []
  need: CallNeed | undefined
  partner: CallPartner | undefined
  answeredAt: number | undefined
  bridgedAt: number | undefined
  /** The caller got what was wanted without a person, e.g. a callback: going now is not giving up. */
  content = false
  /** How many phones answered the caller and were never joined. */
  failedJoins = 0
  /** Nobody is offered the call before; milliseconds since the epoch. */
  heldBackUntil = 0
  /** The emergency service the call was brought to, if any. */
  emergency: string | null = null
  /** When the talk was over, if something follows it. */
  talkedUntil: number | undefined
  #snapshot: SnapshotFrom<typeof callMachine> = firstStep(callMachine)[0]

  constructor({
    identity,
    legId,
    offeredAt,
    direction = 'inbound',
  }: {
    identity: CallIdentity
    legId: string
    offeredAt: number
    direction?: Call['direction']
  }) {
    this.identity = identity
    this.direction = direction
    this.offeredAt = offeredAt
    this.callerLeg = new Leg({ legId, role: 'caller', createdAt: offeredAt })
    // Of a call out the citizen's leg begins when it is dialled.
    this.legs = direction === 'inbound' ? [this.callerLeg] : []
  }

  /** The citizen of a call out is dialled now. */
  dialCaller(at: number): Leg {
    this.callerLeg = new Leg({ legId: this.callerLeg.legId, role: 'caller', createdAt: at })
    this.legs.push(this.callerLeg)
    return this.callerLeg
  }

  get callId(): string {
    return this.identity.callId
  }

  get state(): CallState {
    return this.#snapshot.value as CallState
  }

  /** Takes an input; false when the state does not allow it, and then nothing may follow from it. */
  take(type: CallInput['type']): boolean {
    if (!this.#snapshot.can({ type })) return false
    const [next] = step(callMachine, this.#snapshot, { type })
    this.#snapshot = next
    return true
  }

  /** Puts a call of an earlier process where it was. */
  restore(state: CallState): void {
    this.#snapshot = callMachine.resolveState({ value: state })
  }
}
