import { type AgentRoster, type ServedQueue, servesQueue } from '../agent/index.ts'
import type { ThirdPartyRecord } from '../db/index.ts'
import { colleagueOf } from '../events/index.ts'
import {
  type BranchBook,
  BranchBusy,
  type EmergencyMode,
  type EmergencyService,
  type Target,
  TransferRefused,
  UnknownTarget,
} from '../transfer/index.ts'

export interface CallTargetsOptions {
  readonly branches: BranchBook
  readonly emergency: ReadonlyMap<string, EmergencyService>
  readonly roster: AgentRoster
  readonly queueOf: (name: string) => ServedQueue & { readonly ringFor: number }
}

/** Whom a call can be taken to: the branches of the city and the agents of the room. */
export class CallTargets {
  readonly branches: BranchBook
  readonly #emergency: ReadonlyMap<string, EmergencyService>
  readonly #roster: AgentRoster
  readonly #queueOf: CallTargetsOptions['queueOf']

  constructor({ branches, emergency, roster, queueOf }: CallTargetsOptions) {
    this.#emergency = emergency
    this.branches = branches
    this.#roster = roster
    this.#queueOf = queueOf
  }

  /**
   * Throws UnknownTarget, BranchClosed, BranchBusy, or TransferRefused when the agent is not ready; a ready agent is claimed
   * for the call.
   */
  claim(wanted: { branch: string } | { agentId: string }, callId: string): Target {
    return 'branch' in wanted ? this.#branch(wanted.branch, callId) : this.#agent(wanted.agentId, callId)
  }

  /** As `claim`, by what a phone dials: a branch's number, an agent's extension. */
  claimNumber(number: string, callId: string): Target {
    const agent = this.#roster.all().find(({ context }) => context.extension === number)
    return this.claim(agent && !this.branches.has(number) ? { agentId: agent.agentId } : { branch: number }, callId)
  }

  /** Asks for no hours and no capacity: the service decides. Throws UnknownTarget when the city has no route to it. */
  emergency(service: string, request: { readonly mode: EmergencyMode; readonly by: string }) {
    const known = this.#emergency.get(service)
    if (!known) {
      const all = [...this.#emergency.keys()].join(', ') || 'none'
      throw new UnknownTarget(`the city's file has no route to ${service} under "emergency"; it has ${all}`)
    }
    const { number, ringFor } = known
    // However late the service hangs up: whoever is left by it is ours again.
    const returnWithin = Number.POSITIVE_INFINITY
    return { name: number, extension: number, ringFor, returnWithin, emergency: request }
  }

  /** As it was when an earlier process rang it: nothing is asked, nobody is claimed. */
  restored({ target, emergency }: ThirdPartyRecord, callId: string, besides: string | null): Target {
    const agentId = this.#agentIn(callId, besides)
    const service = emergency && this.#emergency.get(target)
    if (service) return this.emergency(target, emergency)
    const found = this.branches.has(target) ? this.branches.find(target).branch : undefined
    const { ringFor, returnWithin } = found ?? { ringFor: this.#queueOf('').ringFor }
    return {
      name: target,
      extension: target,
      ringFor,
      ...(returnWithin === undefined ? {} : { returnWithin }),
      ...(agentId === undefined ? {} : { agentId }),
    }
  }

  /** Our agent to whom the call was transferred; null when that was none. */
  holderOf(callId: string, transferredTo: string): string | null {
    return colleagueOf({ target: transferredTo }) ?? this.#agentIn(callId, null) ?? null
  }

  /** An agent of ours who has the call now, rung or talking, `besides` another. */
  #agentIn(callId: string, besides: string | null): string | undefined {
    const inCall = this.#roster
      .all()
      .filter(({ state, context }) => context.callId === callId && (state === 'talking' || state === 'ringing'))
    return inCall.find(({ agentId }) => agentId !== besides)?.agentId
  }

  /** The target was not rung after all. */
  unclaim({ agentId }: Target, callId: string): void {
    if (agentId !== undefined) this.#roster.withdrawn(agentId, callId)
  }

  #agent(agentId: string, callId: string): Target {
    const agent = this.#roster.get(agentId)
    const { extension } = agent.context
    if (extension === null || !this.#roster.offer(agentId, callId)) {
      throw new TransferRefused(`agent ${agentId} is ${agent.state}, not ready`)
    }
    return { name: `agent:${agentId}`, extension, ringFor: this.#queueOf('').ringFor, agentId }
  }

  #branch(number: string, callId: string): Target {
    const { queue, ringFor, returnWithin } = this.branches.admit(number)
    if (queue === null) return { name: number, extension: number, ringFor, returnWithin }
    const seat = freeSeats(this.#roster, this.#queueOf(queue)).find(({ agentId }) =>
      this.#roster.offer(agentId, callId),
    )
    if (!seat) throw new BranchBusy(`${number}: no seat of ${queue} is free`)
    const { agentId, extension } = seat
    return { name: number, extension, ringFor: this.#queueOf(queue).ringFor, agentId, returnWithin }
  }
}

/** Ready agents whom the callers of the queue are for, the longest idle first. */
export function freeSeats(roster: AgentRoster, queue: ServedQueue): { agentId: string; extension: string }[] {
  return roster
    .all()
    .filter((agent) => agent.state === 'ready' && servesQueue(agent, queue))
    .sort((a, b) => a.changedAt - b.changedAt)
    .flatMap(({ agentId, context: { extension } }) => (extension === null ? [] : [{ agentId, extension }]))
}
