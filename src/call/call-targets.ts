import type { AgentRoster } from '../agent/index.ts'
import { type Branch, type Target, TransferRefused, UnknownTarget } from '../transfer/index.ts'

/** A target, and the agent it is, if it is one: claimed at the roster before it is rung. */
export interface CallTarget extends Target {
  readonly agentId?: string
}

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

  /** As `claim`, by what a phone dials: a branch's number, an agent's extension. */
  claimNumber(number: string, callId: string): CallTarget {
    const agent = this.#roster.all().find(({ context }) => context.extension === number)
    return this.claim(agent && !this.#branches.has(number) ? { agentId: agent.agentId } : { branch: number }, callId)
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
