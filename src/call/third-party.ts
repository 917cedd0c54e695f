import type { LegId } from '../switch/index.ts'
import type { Target } from '../transfer/index.ts'
import { Leg } from './leg.ts'
import type { TalkStageOptions } from './talk-stage-options.ts'

/** Who is rung, consulted or talked to beside citizen and agent. */
interface Third {
  readonly leg: Leg
  readonly target: Target
}

/** The third party of a talk as part of the call: a leg of it and, when it is an agent of ours, that agent's state. */
export class ThirdParty {
  readonly #options: Pick<TalkStageOptions, 'call' | 'context' | 'ownLeg'>
  #present: Third | undefined

  constructor(options: Pick<TalkStageOptions, 'call' | 'context' | 'ownLeg'>) {
    this.#options = options
  }

  get present(): Third | undefined {
    return this.#present
  }

  /** Whether the leg is the one of this moment. */
  isPresent(legId: LegId): boolean {
    return this.#present?.leg.legId === legId
  }

  begins({ legId, target }: { legId: LegId; target: Target }): void {
    const { call, context, ownLeg } = this.#options
    const leg = new Leg({ legId, role: 'third', createdAt: context.clock.now(), target: target.name })
    call.legs.push(leg)
    this.#present = { leg, target }
    ownLeg(legId)
  }

  answered(): void {
    const { call, context } = this.#options
    const agentId = this.#present?.target.agentId
    if (agentId !== undefined) context.roster.answered(agentId, call.callId)
  }

  /** The phone falls silent because of us: nothing was missed. */
  withdrawn(): void {
    const { call, context } = this.#options
    const agentId = this.#present?.target.agentId
    this.#present = undefined
    if (agentId !== undefined) context.roster.withdrawn(agentId, call.callId)
  }

  /** From here on it is the call's partner, and is freed with it. */
  becomesPartner(): Third | undefined {
    const third = this.#present
    this.#present = undefined
    if (third) this.#options.call.partner = { agentId: third.target.agentId ?? null, leg: third.leg }
    return third
  }

  /** It is gone. */
  free(): void {
    const { call, context } = this.#options
    const third = this.#present
    this.#present = undefined
    if (third?.target.agentId === undefined) return
    const { agentId } = third.target
    if (third.leg.answeredAt !== null) context.roster.released(agentId, call.callId, call.need?.queue ?? '')
    else context.roster.missed(agentId, call.callId, 'missed')
  }
}
