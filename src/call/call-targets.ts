import type { AgentRoster } from '../agent/index.ts'
import { type Branch, TransferRefused, UnknownTarget } from '../transfer/index.ts'
import type { CallTarget } from './talk-stage.ts'

/** Whom a call can be taken to: the branches of the city and the agents of the room. */
export class CallTargets {
  readonly #branches: ReadonlyMap<string, Branch>
  readonly #roster: AgentRoster
  readonly #agentRingsFor: () => number

  constructor({
    branches,
    roster,
    queueOf,
  }: {
    branches: ReadonlyMap<string, Branch>
    roster: AgentRoster
    queueOf: (name: string) => { readonly ringFor: number }
  }) {
    this.#branches = branches
    this.#roster = roster
    this.#agentRingsFor = () => queueOf('').ringFor
  }

  /** Throws UnknownTarget, or TransferRefused when the agent is not ready; a ready agent is claimed for the call. */
  claim(wanted: { branch: string } | { agentId: string }, callId: string): CallTarget {
    if ('branch' in wanted) return this.#branch(wanted.branch)
    const { agentId } = wanted
    const agent = this.#roster.get(agentId)
    const { extension } = agent.context
    if (extension === null || !this.#roster.offer(agentId, callId)) {
      throw new TransferRefused(`agent ${agentId} is ${agent.state}, not ready`)
    }
    return { name: `agent:${agentId}`, extension, ringFor: this.#agentRingsFor(), agentId }
  }

  /** The target was not rung after all. */
  unclaim({ agentId }: CallTarget, callId: string): void {
    if (agentId !== undefined) this.#roster.withdrawn(agentId, callId)
  }

  #branch(number: string): CallTarget {
    const branch = this.#branches.get(number)
    if (!branch)
      throw new UnknownTarget(
        `${number} is no branch of this city: ${[...this.#branches.keys()].join(', ') || 'it has none'}`,
      )
    return { name: number, extension: number, ringFor: branch.ringFor }
  }
}
