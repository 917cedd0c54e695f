import { messageOf } from '../kernel/index.ts'
import type { HangupCause, LegId } from '../switch/index.ts'
import type { Target } from '../transfer/index.ts'
import { AgentOffer } from './agent-offer.ts'
import { BranchOffer } from './branch-offer.ts'
import type { LastCalls } from './call-context.ts'
import type { CallParts } from './call-parts.ts'
import type { PhoneOffer } from './phone-offer.ts'
import type { QueueStage } from './queue-stage.ts'

export interface OffersOptions extends CallParts {
  readonly queue: QueueStage
  readonly onAnswered: (legId: LegId, at: number) => void
}

/** The phones that ring for a waiting caller, one at a time. */
export class Offers {
  readonly #options: OffersOptions
  #current: PhoneOffer | undefined

  constructor(options: OffersOptions) {
    this.#options = options
  }

  /** An agent was found, whom the roster has claimed already. */
  toAgent(agentId: string, extension: string): void {
    const { call, context, onAnswered } = this.#options
    const { need } = call
    if (!need || !call.take('OFFERED')) {
      context.roster.withdrawn(agentId, call.callId)
      return
    }
    const offer: AgentOffer = new AgentOffer({
      ...this.#options,
      need,
      agentId,
      extension,
      onAnswered: (at) => onAnswered(offer.legId, at),
      onFailed: (cause, sipStatus) => this.#failed(offer, cause, sipStatus),
    })
    this.#ring(offer)
  }

  /** No agent is there in time: a branch hotline is rung for the caller. */
  toBranch(number: string): void {
    const { call, queue, onAnswered } = this.#options
    const target = this.#branch(number)
    if (!target) return queue.rejoin()
    const { need } = call
    if (!need || !call.take('OFFERED')) return
    const offer: BranchOffer = new BranchOffer({
      ...this.#options,
      need,
      target,
      onAnswered: (at) => onAnswered(offer.legId, at),
      onFailed: (cause, sipStatus) => this.#failed(offer, cause, sipStatus),
    })
    this.#ring(offer)
  }

  ringing(legId: LegId, at: number, lastCalls: LastCalls): void {
    if (this.#current?.legId === legId) this.#current.ringing(at, lastCalls)
  }

  /** The offer whose phone answered, if the call takes it. */
  answered(legId: LegId): PhoneOffer | undefined {
    const offer = this.#current
    return offer?.legId === legId && this.#options.call.take('ANSWERED') ? offer : undefined
  }

  /** The leg of the phone that rings ended. */
  legEnded(cause: HangupCause, sipStatus: number): void {
    if (this.#current) this.#failed(this.#current, cause, sipStatus)
  }

  /** The caller is gone while the phone rings. */
  withdrawn(): void {
    this.#current?.withdrawn()
  }

  /** Nobody is offered the call, nobody has it. */
  forget(): void {
    this.#current = undefined
    this.#options.call.partner = undefined
  }

  /** Undefined when the branch takes no calls now. */
  #branch(number: string): Target | undefined {
    const { call, context } = this.#options
    const { callId } = call
    try {
      return context.targets.claim({ branch: number }, callId)
    } catch (error) {
      context.logger.info({ callId, reason: messageOf(error) }, 'no overflow to this branch now')
      return undefined
    }
  }

  #ring(offer: PhoneOffer): void {
    const { call, queue, ownLeg } = this.#options
    queue.ringing()
    this.#current = offer
    call.legs.push(offer.leg)
    call.partner = { agentId: offer.agentId, leg: offer.leg }
    ownLeg(offer.legId)
    offer.start()
  }

  #failed(offer: PhoneOffer, cause: HangupCause, sipStatus: number): void {
    const { call, context, queue, drop } = this.#options
    if (this.#current !== offer || !call.take('OFFER_FAILED')) return
    if (offer.leg.endedAt === null) drop(offer.legId, 'NO_ANSWER')
    offer.leg.end(context.clock.now(), cause, sipStatus)
    this.forget()
    offer.failed(cause, sipStatus)
    queue.rejoin()
  }
}
