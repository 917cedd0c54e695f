import type { AgentRoster } from '../agent/index.ts'
import { newId } from '../kernel/index.ts'
import type { CallFlow } from './call-flow.ts'
import type { OutboundRequest } from './outbound-flow.ts'
import type { OutboundNumbers } from './outbound-numbers.ts'

export interface OutboundWish
  extends Pick<
    OutboundRequest,
    'agentId' | 'line' | 'purpose' | 'reference' | 'ticketId' | 'queue' | 'language' | 'onOutcome'
  > {
  /** The citizen's, as given. */
  readonly number: string
}

/** Calls to citizens for agents: the one way, whatever the purpose. */
export class OutboundCalls {
  readonly #roster: AgentRoster
  readonly #numbers: OutboundNumbers
  readonly #place: (request: OutboundRequest) => CallFlow
  readonly #agentRingsFor: (queue: string) => number

  constructor(parts: {
    roster: AgentRoster
    numbers: OutboundNumbers
    place: (request: OutboundRequest) => CallFlow
    /** Seconds. */
    agentRingsFor: (queue: string) => number
  }) {
    this.#roster = parts.roster
    this.#numbers = parts.numbers
    this.#place = parts.place
    this.#agentRingsFor = parts.agentRingsFor
  }

  /**
   * Claims the agent and rings: the agent first, then the citizen. Undefined when the agent is not ready. Throws
   * NumberRefused, UnknownAgent, or SwitchUnavailable; the agent is free then.
   */
  place({ number, ...wish }: OutboundWish): string | undefined {
    const citizen = this.#numbers.target(number)
    const { extension } = this.#roster.get(wish.agentId).context
    const callId = newId()
    if (extension === null || !this.#roster.offer(wish.agentId, callId)) return undefined
    try {
      this.#place({ ...wish, callId, extension, citizen, agentRingsFor: this.#agentRingsFor(wish.queue ?? '') })
    } catch (error) {
      this.#roster.withdrawn(wish.agentId, callId)
      throw error
    }
    return callId
  }
}
