import type { Cancel, Clock, Logger } from '../kernel/index.ts'
import { Agent, type AgentProfile } from './agent.ts'
import type { AgentContext, AgentInput, AgentState } from './agent-machine.ts'
import { AgentAtAnotherPhone, AgentCommandRefused, ExtensionInUse, UnknownAgent } from './errors.ts'

/** A change of an agent's state, as the log and the dispatcher hear it. */
export interface AgentChange {
  readonly agent: Agent
  readonly from: AgentState
  readonly to: AgentState
  readonly at: number
}

/** What a person asks for: refused with a reason when the state does not allow it. */
export type AgentCommand = Extract<AgentInput, { type: 'LOGIN' | 'READY' | 'BREAK' | 'LOGOUT' }>

export interface AgentRosterOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Seconds of wrap-up for agents without their own, by queue. */
  readonly wrapUpSecondsOf: (queue: string) => number
}

/** All agents and their states, in memory; every change is told to the listeners in the order it happened. */
export class AgentRoster {
  readonly #options: AgentRosterOptions
  readonly #agents = new Map<string, Agent>()
  readonly #wrapUps = new Map<string, Cancel>()
  readonly #listeners: ((change: AgentChange) => void)[] = []

  constructor(options: AgentRosterOptions) {
    this.#options = options
  }

  onChange(listener: (change: AgentChange) => void): void {
    this.#listeners.push(listener)
  }

  all(): Agent[] {
    return [...this.#agents.values()]
  }

  /** Throws {@link UnknownAgent}. */
  get(agentId: string): Agent {
    const agent = this.#agents.get(agentId)
    if (!agent) throw new UnknownAgent(`no agent ${agentId}`)
    return agent
  }

  /** Adds an agent or renews what is known of one; a state that is under way is kept. */
  put(profile: AgentProfile): Agent {
    const known = this.#agents.get(profile.agentId)
    if (known) known.profile = profile
    const agent = known ?? new Agent(profile, this.#options.clock.now())
    this.#agents.set(profile.agentId, agent)
    // The dispatcher offers by what it was told, so a ready agent is announced anew.
    if (known?.state === 'ready') this.#tell({ agent, from: 'ready', to: 'ready', at: known.changedAt })
    return agent
  }

  /** Puts an agent where the log says it was; nothing is told to anybody. */
  restore(profile: AgentProfile, stored: { state: AgentState; context: AgentContext; changedAt: number }): Agent {
    const agent = Agent.restore(profile, stored)
    this.#agents.set(profile.agentId, agent)
    return agent
  }

  /** Ends a wrap-up that was under way at the restart when its time is over, at the latest now. */
  resumeWrapUp(agent: Agent, queueWrapUpSeconds: number): void {
    const seconds = agent.profile.wrapUpSeconds ?? queueWrapUpSeconds
    this.#restAfter(agent, Math.max(0, agent.changedAt + seconds * 1000 - this.#options.clock.now()))
  }

  /** A person's command. Throws {@link UnknownAgent}, {@link AgentCommandRefused} or {@link ExtensionInUse}. */
  command(agentId: string, command: AgentCommand): Agent {
    const agent = this.get(agentId)
    if (command.type === 'LOGIN') this.#checkExtension(agent, command.extension)
    if (!this.#take(agent, command)) {
      throw new AgentCommandRefused(
        `agent ${agentId} is ${agent.state}: ${command.type.toLowerCase()} is not possible now`,
      )
    }
    return agent
  }

  /** Gives a call to the agent; false when the agent is not ready any more. */
  offer(agentId: string, callId: string): boolean {
    const agent = this.#agents.get(agentId)
    return agent !== undefined && this.#take(agent, { type: 'OFFER', callId })
  }

  answered(agentId: string, callId: string): void {
    this.#observe(agentId, { type: 'ANSWER', callId })
  }

  /** The offer failed on the agent's side: no new offers until the agent says ready again. */
  missed(agentId: string, callId: string, reason: string): void {
    this.#observe(agentId, { type: 'MISS', callId, reason })
  }

  /** The caller was gone before the agent could answer: the agent keeps the place among the idle. */
  withdrawn(agentId: string, callId: string): void {
    this.#observe(agentId, { type: 'WITHDRAW', callId })
  }

  released(agentId: string, callId: string, queue: string): void {
    const agent = this.#agents.get(agentId)
    if (!agent || !this.#observe(agentId, { type: 'RELEASE', callId })) return
    const seconds = agent.profile.wrapUpSeconds ?? this.#options.wrapUpSecondsOf(queue)
    if (agent.state === 'wrapUp') this.#restAfter(agent, seconds * 1000)
  }

  /** A supervisor begins to listen to a call and is offered none meanwhile; false when the state does not allow it. */
  monitor(agentId: string, callId: string): boolean {
    return this.#take(this.get(agentId), { type: 'MONITOR', callId })
  }

  /** Listening is over: ready or not as before. */
  monitorEnded(agentId: string, callId: string): void {
    this.#observe(agentId, { type: 'UNMONITOR', callId })
  }

  /** The supervisor who listened has the call. */
  tookOver(agentId: string, callId: string): void {
    this.#observe(agentId, { type: 'TAKE_OVER', callId })
  }

  close(): void {
    for (const cancel of this.#wrapUps.values()) cancel()
  }

  #restAfter(agent: Agent, ms: number): void {
    this.#cancelWrapUp(agent)
    if (ms === 0) this.#take(agent, { type: 'RESTED' })
    else
      this.#wrapUps.set(
        agent.agentId,
        this.#options.clock.after(ms, () => this.#take(agent, { type: 'RESTED' })),
      )
  }

  #cancelWrapUp(agent: Agent): void {
    this.#wrapUps.get(agent.agentId)?.()
    this.#wrapUps.delete(agent.agentId)
  }

  #checkExtension({ agentId, context }: Agent, extension: string): void {
    if (context.extension !== null && context.extension !== extension) {
      throw new AgentAtAnotherPhone(`agent ${agentId} is logged in at phone ${context.extension}: log out there first`)
    }
    const other = this.all().find((agent) => agent.agentId !== agentId && agent.context.extension === extension)
    if (other) throw new ExtensionInUse(`extension ${extension} is in use by agent ${other.agentId}`)
  }

  /** A fact of the switch that does not fit is late or double: it is noted and changes nothing. */
  #observe(agentId: string, input: AgentInput): boolean {
    const agent = this.#agents.get(agentId)
    if (agent && this.#take(agent, input)) return true
    this.#options.logger.info(
      { agentId, input: input.type, state: agent?.state },
      'does not fit the state of the agent',
    )
    return false
  }

  #take(agent: Agent, input: AgentInput): boolean {
    const from = agent.state
    if (!agent.take(input)) return false
    if (from === 'wrapUp' && agent.state !== 'wrapUp') this.#cancelWrapUp(agent)
    const at = this.#options.clock.now()
    // A withdrawn offer cost the agent nothing, so the idle time goes on counting from before it.
    if (input.type !== 'OFFER' && input.type !== 'WITHDRAW')
      agent.changedAt = from === agent.state ? agent.changedAt : at
    this.#tell({ agent, from, to: agent.state, at })
    return true
  }

  #tell(change: AgentChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
