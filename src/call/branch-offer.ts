import { newId } from '../kernel/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import { type Target, thirdOutcome } from '../transfer/index.ts'
import type { Call, CallNeed } from './call.ts'
import type { CallContext } from './call-context.ts'
import { Leg } from './leg.ts'
import type { PhoneOffer } from './phone-offer.ts'
import { Ringing } from './ringing.ts'

export interface BranchOfferOptions {
  readonly call: Call
  readonly need: CallNeed
  readonly target: Target
  readonly switchPort: SwitchPort
  readonly context: CallContext
  readonly onAnswered: (at: number) => void
  readonly onFailed: (cause: HangupCause, sipStatus: number) => void
}

/** One waiting caller offered to a branch hotline, without an agent of ours between. */
export class BranchOffer implements PhoneOffer {
  readonly agentId = null
  readonly leg: Leg
  readonly #options: BranchOfferOptions
  readonly #ringing: Ringing

  constructor(options: BranchOfferOptions) {
    this.#options = options
    const { target, context } = options
    this.leg = new Leg({ legId: newId(), role: 'third', createdAt: context.clock.now(), target: target.name })
    const { callerNumber, callerName } = options.call.identity
    this.#ringing = new Ringing({ ...options, ...options.target, leg: this.leg, callerNumber, callerName })
  }

  get legId(): LegId {
    return this.leg.legId
  }

  start(): void {
    const { call, need, target, context } = this.#options
    const fact = { callId: call.callId, queue: need.queue, target: target.name, legId: this.legId }
    context.log.append('call.branch-offered', fact)
    this.#ringing.start()
  }

  ringing(at: number): void {
    this.leg.ringingAt ??= at
  }

  answered(at: number): void {
    this.#ringing.stop()
    const { call, need, target, context } = this.#options
    const waitedMs = Math.max(0, at - need.queuedAt)
    const fact = { callId: call.callId, queue: need.queue, target: target.name, legId: this.legId, waitedMs }
    context.log.append('call.branch-answered', fact, at)
  }

  failed(cause: HangupCause, sipStatus: number): void {
    this.#ringing.stop()
    const { call, target, context } = this.#options
    const fact = { callId: call.callId, target: target.name, legId: this.legId, outcome: thirdOutcome(cause) }
    context.log.append('call.branch-failed', { ...fact, cause, sipStatus })
  }

  /** The caller is gone: the end of the call says so. */
  withdrawn(): void {
    this.#ringing.stop()
  }
}
