import { initialTransition, type SnapshotFrom, transition } from 'xstate'
import { type AgentContext, type AgentInput, type AgentState, agentMachine } from './agent-machine.ts'

/** What is known of an agent from the database: changes rarely. */
export interface AgentProfile {
  readonly agentId: string
  readonly name: string
  readonly skills: readonly string[]
  /** Languages spoken with citizens: `cmn`, `yue`, `en`, … */
  readonly languages: readonly string[]
  /** Seconds of wrap-up; null takes the queue's. */
  readonly wrapUpSeconds: number | null
}

/** One agent: who it is, and where the machine stands. Decides nothing beyond the machine and performs nothing. */
export class Agent {
  profile: AgentProfile
  /** Milliseconds since the epoch at which the present state began. */
  changedAt: number
  #snapshot: SnapshotFrom<typeof agentMachine>

  constructor(profile: AgentProfile, at: number) {
    this.profile = profile
    this.changedAt = at
    this.#snapshot = initialTransition(agentMachine)[0]
  }

  static restore(
    profile: AgentProfile,
    stored: { state: AgentState; context: AgentContext; changedAt: number },
  ): Agent {
    const agent = new Agent(profile, stored.changedAt)
    agent.#snapshot = agentMachine.resolveState({ value: stored.state, context: stored.context })
    return agent
  }

  get agentId(): string {
    return this.profile.agentId
  }

  get state(): AgentState {
    return this.#snapshot.value as AgentState
  }

  get context(): AgentContext {
    return this.#snapshot.context
  }

  /** Everything this agent can serve, in the words a waiting caller's needs are in. */
  get abilities(): string[] {
    return [...this.profile.skills, ...this.profile.languages.map((language) => `language:${language}`)]
  }

  can(input: AgentInput): boolean {
    return this.#snapshot.can(input)
  }

  /** Takes an input; returns whether it changed anything. */
  take(input: AgentInput): boolean {
    if (!this.can(input)) return false
    const [next] = transition(agentMachine, this.#snapshot, input)
    this.#snapshot = next
    return true
  }
}
