import type { HotlineEvent } from '../events/index.ts'
import type { Clock } from '../kernel/index.ts'
import { addOut, type CallFigures, count, keptFor, noCounts, type QueueCounts, type Thresholds } from './figures.ts'
import type { LoggedCall } from './history-store.ts'
import { LiveCallsOut } from './live-calls-out.ts'
import { type Place, PlaceTable, type WaitingNow, waits } from './places.ts'

interface LiveCall extends CallFigures {
  line: string
  released: boolean
}

const sweepEvery = 1000

/** Figures of one queue on one line, of calls out in no queue too: {@link sumBy} adds them up by either. */
export type LiveCounts = QueueCounts & Readonly<Record<Place, string>>
export type LiveWait = WaitingNow & Readonly<Record<Place, string>>

/** The same figures as the history's, in memory and up to this moment. Facts may come twice or late: nothing changes. */
export class LiveFigures {
  readonly #clock: Clock
  readonly #calls = new Map<string, LiveCall>()
  /** What those dialled who are in no queue yet. */
  readonly #lines = new Map<string, string>()
  readonly #agents = new Map<string, string>()
  readonly #out: LiveCallsOut
  #sinceSweep = 0

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
    this.#out = new LiveCallsOut({ clock })
  }

  /** Begins with what the log knew at the start. */
  seed(
    calls: readonly LoggedCall[],
    agents: ReadonlyMap<string, string>,
    factsOfCallsOut: readonly HotlineEvent[] = [],
  ): void {
    for (const fact of factsOfCallsOut) this.#out.take(fact)
    for (const { callId, ...call } of calls) this.#calls.set(callId, { ...call })
    for (const [agentId, state] of agents) this.#agents.set(agentId, state)
  }

  take(event: HotlineEvent): void {
    this.#out.take(event)
    switch (event.type) {
      case 'call.offered':
        return this.#offered(event.data.callId, event.data.line)
      case 'call.queued':
        this.#queued(event.data.callId, event.data.queue, event.data.queuedAt)
        // An agent's phone answered, but nobody ever spoke to the caller.
        if (event.data.reason === 'bridge-failed')
          this.#change(event.data.callId, { answeredAt: null, released: false })
        return
      case 'call.answered':
        return this.#change(event.data.callId, { answeredAt: event.time })
      case 'call.abandoned':
        return this.#change(event.data.callId, { abandonedAt: event.time })
      // With a branch, or leaving a message, the caller waits no more.
      case 'call.branch-answered':
      case 'call.sent-to-voicemail':
      case 'call.released':
        this.#lines.delete(event.data.callId)
        return this.#change(event.data.callId, { released: true })
      case 'agent.profile-changed':
        // One who is new has not been anywhere yet.
        if (!this.#agents.has(event.data.agentId)) this.#agents.set(event.data.agentId, 'offline')
        return
      case 'agent.state-changed':
        this.#agents.set(event.data.agentId, event.data.to)
    }
  }

  /** Counts of the calls queued, and of those out placed, from `from` (inclusive) to `to` (exclusive), milliseconds since the epoch. */
  counts({ from, to }: { from: number; to: number }, thresholds: Thresholds): LiveCounts[] {
    const table = new PlaceTable<QueueCounts>(noCounts)
    for (const call of this.#calls.values()) {
      if (call.queuedAt >= from && call.queuedAt < to) table.change(call, (before) => count(before, call, thresholds))
    }
    for (const { queue, line, ...out } of this.#out.between({ from, to })) {
      table.change({ queue, line }, (before) => ({ ...before, out: addOut(before.out, out) }))
    }
    return table.rows()
  }

  /** Waiting now and longest wait now. */
  waiting(): LiveWait[] {
    const now = this.#clock.now()
    const table = new PlaceTable<WaitingNow>(waits.none)
    for (const call of this.#calls.values()) {
      if (call.released || call.answeredAt !== null || call.abandonedAt !== null) continue
      table.change(call, ({ waiting, longestWaitMs }) => ({
        waiting: waiting + 1,
        longestWaitMs: Math.max(longestWaitMs, now - call.queuedAt),
      }))
    }
    return table.rows()
  }

  /** How many agents are in each state. */
  agentsByState(): Record<string, number> {
    const states: Record<string, number> = {
      offline: 0,
      notReady: 0,
      ready: 0,
      ringing: 0,
      talking: 0,
      wrapUp: 0,
      monitoring: 0,
    }
    for (const state of this.#agents.values()) states[state] = (states[state] ?? 0) + 1
    return states
  }

  #offered(callId: string, line: string): void {
    const call = this.#calls.get(callId)
    if (call) call.line = line
    else this.#lines.set(callId, line)
  }

  #queued(callId: string, queue: string, queuedAt: number): void {
    const known = this.#calls.get(callId)
    const line = known?.line ?? this.#lines.get(callId) ?? ''
    this.#lines.delete(callId)
    this.#calls.set(callId, { answeredAt: null, abandonedAt: null, released: false, ...known, line, queue, queuedAt })
    if (++this.#sinceSweep >= sweepEvery) this.#sweep()
  }

  #change(callId: string, change: Partial<LiveCall>): void {
    const call = this.#calls.get(callId)
    if (call) Object.assign(call, change)
  }

  #sweep(): void {
    this.#sinceSweep = 0
    const oldest = this.#clock.now() - keptFor
    for (const [callId, call] of this.#calls) {
      if (call.released && call.queuedAt < oldest) this.#calls.delete(callId)
    }
  }
}
