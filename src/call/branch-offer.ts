import { type Cancel, messageOf, newId } from '../kernel/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import { type Target, thirdOutcome } from '../transfer/index.ts'
import type { Call, CallNeed } from './call.ts'
import type { CallContext } from './call-context.ts'
import { Leg } from './leg.ts'
import type { PhoneOffer } from './phone-offer.ts'

export interface BranchOfferOptions {
  readonly call: Call
  readonly need: CallNeed
  readonly target: Target
  readonly switchPort: SwitchPort
  readonly context: CallContext
  readonly onAnswered: (at: number) => void
  readonly onFailed: (cause: HangupCause, sipStatus: number) => void
}

/** Milliseconds. */
const lookAgain = 1000

/** One waiting caller offered to a branch hotline, without an agent of ours between. */
export class BranchOffer implements PhoneOffer {
  readonly agentId = null
  readonly leg: Leg
  readonly #options: BranchOfferOptions
  #cancelDeadline: Cancel = () => {}

  constructor(options: BranchOfferOptions) {
    this.#options = options
    const { target, context } = options
    this.leg = new Leg({ legId: newId(), role: 'third', createdAt: context.clock.now(), target: target.name })
  }

  get legId(): LegId {
    return this.leg.legId
  }

  start(): void {
    const { call, need, target, context } = this.#options
    const fact = { callId: call.callId, queue: need.queue, target: target.name, legId: this.legId }
    context.log.append('call.branch-offered', fact)
    this.#ringUntil(target.ringFor * 1000)
    this.#dial(target.ringFor + 2)
  }

  ringing(at: number): void {
    this.leg.ringingAt ??= at
  }

  answered(at: number): void {
    this.#cancelDeadline()
    const { call, need, target, context } = this.#options
    const waitedMs = Math.max(0, at - need.queuedAt)
    const fact = { callId: call.callId, queue: need.queue, target: target.name, legId: this.legId, waitedMs }
    context.log.append('call.branch-answered', fact, at)
  }

  failed(cause: HangupCause, sipStatus: number): void {
    this.#cancelDeadline()
    const { call, target, context } = this.#options
    const fact = { callId: call.callId, target: target.name, legId: this.legId, outcome: thirdOutcome(cause) }
    context.log.append('call.branch-failed', { ...fact, cause, sipStatus })
  }

  /** The caller is gone: the end of the call says so. */
  withdrawn(): void {
    this.#cancelDeadline()
  }

  #ringUntil(ms: number): void {
    const { context, switchPort, onFailed } = this.#options
    this.#cancelDeadline = context.clock.after(ms, () => {
      // While the switch is away an answer may go unseen: it is judged when the switch is back.
      if (switchPort.connected) onFailed('NO_ANSWER', 0)
      else this.#ringUntil(lookAgain)
    })
  }

  #dial(timeoutSeconds: number): void {
    const { call, target, switchPort, context, onAnswered, onFailed } = this.#options
    const { callerNumber, callerName } = call.identity
    switchPort
      .dial({ legId: this.legId, extension: target.extension, callerNumber, callerName, timeoutSeconds })
      .then((outcome) => {
        if (outcome.kind === 'answered') onAnswered(context.clock.now())
        else onFailed(outcome.cause, this.leg.sipStatus)
      })
      .catch((error: unknown) => {
        context.logger.warn({ callId: call.callId, reason: messageOf(error) }, 'a branch could not be dialled')
        if (switchPort.connected) onFailed('NETWORK_OUT_OF_ORDER', 0)
      })
  }
}
