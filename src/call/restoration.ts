import type { ChannelSnapshot, LegId, SwitchPort } from '../switch/index.ts'
import { Call, type CallNeed } from './call.ts'
import type { CallContext } from './call-context.ts'
import type { CallFlow } from './call-flow.ts'
import type { OpenCall } from './call-store.ts'

export interface RestorationOptions {
  readonly context: CallContext
  /** Calls the log holds open from an earlier process. */
  readonly openCalls: readonly OpenCall[]
  /** The agent of an open call that ended while nobody looked. */
  readonly onOrphanedAgent: (agentId: string, callId: string) => void
  readonly newFlow: (call: Call, switchPort: SwitchPort) => CallFlow
  /** Work at the switch that may fail. */
  readonly run: (flow: CallFlow, work: Promise<void>) => void
}

interface RestoredParts {
  readonly flow: CallFlow
  readonly open: OpenCall
  readonly agentLegId: LegId
  readonly present: ReadonlyMap<LegId, ChannelSnapshot>
  readonly at: number
}

/** Calls of an earlier process, until their switch was seen: then they go on where they were, or are closed. */
export class Restoration {
  readonly #options: RestorationOptions
  readonly #unseen: Map<LegId, OpenCall>

  constructor(options: RestorationOptions) {
    this.#options = options
    this.#unseen = new Map(options.openCalls.map((call) => [call.legId, call]))
  }

  /** Whether the leg is the caller's of a call that was not restored yet. */
  awaits(legId: LegId): boolean {
    return this.#unseen.has(legId)
  }

  /** The switch tells its channels. */
  restore(switchPort: SwitchPort, present: ReadonlyMap<LegId, ChannelSnapshot>, at: number): void {
    for (const open of this.#unseen.values()) {
      if (open.switchName === switchPort.name) this.#restore(switchPort, open, present, at)
    }
  }

  #restore(switchPort: SwitchPort, open: OpenCall, present: ReadonlyMap<LegId, ChannelSnapshot>, at: number): void {
    const { newFlow, run, onOrphanedAgent } = this.#options
    this.#unseen.delete(open.legId)
    const { callId, line, callerNumber, callerName, direction } = open
    const identity = { callId, line, callerNumber, callerName, sipCallId: '' }
    const call = new Call({ identity, legId: open.legId, offeredAt: open.offeredAt, direction })
    if (direction === 'outbound') call.dialCaller(open.offeredAt)
    const flow = newFlow(call, switchPort)
    call.menuPath = open.menuPath
    call.emergency = open.emergency
    call.language = open.language ?? ''
    const callerThere = present.has(open.legId)
    if (open.ringingAgentId) onOrphanedAgent(open.ringingAgentId, callId)
    const withPerson = open.answeredAt !== null && open.agentId !== null
    if ((withPerson || open.transferredTo !== null) && open.agentLegId !== null) {
      return this.#restoreTalk({ flow, open, agentLegId: open.agentLegId, present, at })
    }
    // Nobody remembers what the citizen was to be called for: whoever asked for it asks again.
    if (direction === 'outbound') return flow.release('system', 'NORMAL_UNSPECIFIED', 'hotline was restarted')
    if (!callerThere) return flow.legs.ended(open.legId, { at, cause: 'NORMAL_UNSPECIFIED', sipStatus: 0 })
    if (open.queue !== null && open.queuedAt !== null) run(flow, flow.resumeWaiting(needOf(open, open.queue)))
    else run(flow, flow.begin({ adopted: true }))
  }

  /** Those who talked go on; whoever has gone since is told to the call as if it happened now. */
  #restoreTalk({ flow, open, agentLegId, present, at }: RestoredParts): void {
    const { targets } = this.#options.context
    const { callId, third, legId, transferredTo } = open
    const [caller, agent] = [present.get(legId), present.get(agentLegId)]
    const joined = (one: ChannelSnapshot | undefined, other: LegId) => one?.bridgedWith === other
    const together = joined(caller, agentLegId) || joined(agent, legId)
    const thirdChannel = third ? present.get(third.legId) : undefined
    const talk = third
      ? { held: false, third, together: joined(agent, third.legId) || joined(thirdChannel, agentLegId) }
      : { held: true, third, together }
    const parties = {
      // An agent who left by a transfer was freed then; another one of ours may have the call since.
      agentId: transferredTo === null ? open.agentId : targets.holderOf(callId, transferredTo),
      legId: agentLegId,
      together: together || !caller || !agent,
      talk: third || (open.held && !together) ? talk : undefined,
    }
    const need = open.queue === null ? undefined : needOf(open, open.queue)
    flow.resumeTalking(parties, need, open.answeredAt ?? open.offeredAt)
    const ended = { at, cause: 'NORMAL_UNSPECIFIED', sipStatus: 0 }
    if (!caller) return flow.legs.ended(legId, ended)
    if (!agent) flow.legs.ended(agentLegId, ended)
    if (third) flow.thirdSeen(thirdChannel, third.legId, at)
  }
}

function needOf(open: OpenCall, queue: string): CallNeed {
  const { skills, language, priority, queuedAt, offeredAt } = open
  return {
    queue,
    skills,
    language: language ?? 'cmn',
    priority,
    queuedAt: queuedAt ?? offeredAt,
    enteredAt: queuedAt ?? offeredAt,
  }
}
