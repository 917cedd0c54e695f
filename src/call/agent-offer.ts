import { type EventData, ticketIdOf } from '../events/index.ts'
import { newId } from '../kernel/index.ts'
import type { HangupCause, LegId, SwitchPort } from '../switch/index.ts'
import type { Call, CallNeed } from './call.ts'
import { type CallContext, type LastCalls, listedOf } from './call-context.ts'
import { Leg } from './leg.ts'
import { offerFailure } from './offer-outcome.ts'
import type { PhoneOffer } from './phone-offer.ts'
import { Ringing } from './ringing.ts'

export interface AgentOfferOptions {
  readonly call: Call
  readonly need: CallNeed
  readonly agentId: string
  /** The user part that reaches the agent's phone. */
  readonly extension: string
  readonly switchPort: SwitchPort
  readonly context: CallContext
  readonly onAnswered: (at: number) => void
  readonly onFailed: (cause: HangupCause, sipStatus: number) => void
}

/**
 * One call offered to one agent: the phone rings, and either it is answered or the offer fails. It reports what
 * happened and leaves it to the call whether that still counts.
 */
export class AgentOffer implements PhoneOffer {
  readonly agentId: string
  readonly leg: Leg
  readonly #options: AgentOfferOptions
  readonly #offeredAt: number
  readonly #ringing: Ringing

  constructor(options: AgentOfferOptions) {
    this.#options = options
    this.agentId = options.agentId
    this.#offeredAt = options.context.clock.now()
    this.leg = new Leg({ legId: newId(), role: 'agent', createdAt: this.#offeredAt })
    const { callerNumber, callerName } = options.call.identity
    const { ringFor } = options.context.queue(options.need.queue)
    this.#ringing = new Ringing({ ...options, leg: this.leg, callerNumber, callerName, ringFor })
  }

  get legId(): LegId {
    return this.leg.legId
  }

  /** Rings the phone. */
  start(): void {
    const { call, need, extension, context } = this.#options
    const fact = { agentId: this.agentId, callId: call.callId, queue: need.queue, legId: this.legId, extension }
    context.log.append('agent.offered', fact)
    this.#ringing.start()
  }

  /** The phone rings: the moment of the screen-pop. */
  ringing(at: number, lastCalls: LastCalls): void {
    if (this.leg.ringingAt !== null) return
    this.leg.ringingAt = at
    const { call, need, context } = this.#options
    const { callerNumber, callerName, line } = call.identity
    const { language, queue, queuedAt } = need
    const waitedMs = Math.max(0, at - queuedAt)
    const caller = { callerNumber, callerName, line, language, queue, menuPath: [...call.menuPath] }
    const pop = {
      ticketId: ticketIdOf('call', call.callId),
      ...caller,
      waitedMs,
      lastCalls,
      listed: listedOf(context, callerNumber),
      outbound: null,
    }
    const fact = { agentId: this.agentId, callId: call.callId, legId: this.legId, pop }
    context.log.append('agent.ringing', fact, at)
  }

  /** The agent's phone answered and the call takes it. */
  answered(at: number): void {
    this.#ringing.stop()
    const { call, need, context } = this.#options
    context.roster.answered(this.agentId, call.callId)
    const waitedMs = Math.max(0, at - need.queuedAt)
    const fact = { callId: call.callId, queue: need.queue, agentId: this.agentId, legId: this.legId, waitedMs }
    context.log.append('call.answered', fact, at)
  }

  /** The phone did not answer: the agent is not offered another call until saying ready. */
  failed(cause: HangupCause, sipStatus: number): void {
    this.#ringing.stop()
    const { call, context } = this.#options
    const outcome = offerFailure({ cause, rang: this.leg.ringingAt !== null })
    this.#recordFailure(outcome, cause, sipStatus)
    context.roster.missed(this.agentId, call.callId, outcome)
  }

  /** The caller is gone: the agent has lost nothing. */
  withdrawn(): void {
    this.#ringing.stop()
    const { call, context } = this.#options
    this.#recordFailure('withdrawn', 'ORIGINATOR_CANCEL', 0)
    context.roster.withdrawn(this.agentId, call.callId)
  }

  #recordFailure(outcome: EventData<'agent.offer-failed'>['outcome'], cause: HangupCause, sipStatus: number): void {
    const { call, context } = this.#options
    const afterMs = context.clock.now() - this.#offeredAt
    const fact = { agentId: this.agentId, callId: call.callId, legId: this.legId, outcome, cause, sipStatus, afterMs }
    context.log.append('agent.offer-failed', fact)
  }
}
