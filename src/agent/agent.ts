import type { SnapshotFrom } from 'xstate'
import { firstStep, step } from '../kernel/index.ts'
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
  /** The queues served, the lowest rank first; none: every queue that the skills allow. */
  readonly groups: readonly Group[]
}

/** One queue an agent serves. */
export interface Group {
  readonly queue: string
  /** From 1; callers of a queue with a lower rank are served before all others. */
  readonly rank: number
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
    this.#snapshot = firstStep(agentMachine)[0]
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
    const { skills, languages } = this.profile
    return [...skills.flatMap(withLowerLevels), ...languages.map((language) => `language:${language}`)]
  }

  /** Whether a caller of that queue with those needs is for this agent. */
  serves({ queue, needs }: { queue: string; needs: readonly string[] }): boolean {
    const { groups } = this.profile
    const { abilities } = this
    const member = groups.length === 0 || groups.some((group) => group.queue === queue)
    return member && needs.every((need) => abilities.includes(need))
  }

  can(input: AgentInput): boolean {
    return this.#snapshot.can(input)
  }

  /** Takes an input; returns whether it changed anything. */
  take(input: AgentInput): boolean {
    if (!this.can(input)) return false
    const [next] = step(agentMachine, this.#snapshot, input)
    this.#snapshot = next
    return true
  }
}

/** Who has a skill at level 3 also has it at 2 and 1, and has it at all. */
function withLowerLevels(skill: string): string[] {
  const [name = skill, level = '1'] = skill.split(':')
  return [name, ...Array.from({ length: Number(level) || 1 }, (_, below) => `${name}:${below + 1}`)]
}
