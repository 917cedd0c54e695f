import { colleagueOf, type HotlineEvent } from '../events/index.ts'
import type { Clock } from '../kernel/index.ts'
import { type CallsOut, keptFor } from './figures.ts'
import type { Place } from './places.ts'

/** In memory the queue of calls out that belong to none. */
export const noQueue = ''

/** When an agent had the citizen on the line; `end` is null while the talk goes on. */
interface Talk {
  readonly agentId: string
  readonly begin: number
  end: number | null
}

interface CallOut extends Readonly<Record<Place, string>> {
  readonly placedAt: number
  reached: boolean
  released: boolean
  readonly talks: Talk[]
}

/** The figures of calls to citizens in memory, up to this moment. Facts may come twice: nothing changes. */
export class LiveCallsOut {
  readonly #clock: Clock
  readonly #calls = new Map<string, CallOut>()
  /** What goes on now, by agent. */
  readonly #talking = new Map<string, Talk>()

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  take({ type, data, time }: HotlineEvent): void {
    if (type === 'agent.state-changed') return data.from === 'talking' ? this.#leaves(data.agentId, time) : undefined
    if (type === 'call.placed') return this.#placed(data, time)
    const call = 'callId' in data && data.callId !== null ? this.#calls.get(data.callId) : undefined
    if (!call) return
    if (type === 'call.reached') call.reached = true
    if (type === 'call.reached' || type === 'call.taken-over') this.#begins(call, data.agentId, time)
    if (type === 'call.conferenced' || type === 'call.transferred') this.#begins(call, colleagueOf(data), time)
    if (type === 'call.released') {
      call.released = true
      for (const talk of call.talks) talk.end ??= time
    }
  }

  /** Calls placed from `from` (inclusive) to `to` (exclusive), milliseconds since the epoch, each with its figures. */
  between({ from, to }: { from: number; to: number }): (Readonly<Record<Place, string>> & CallsOut)[] {
    return [...this.#calls.values()]
      .filter(({ placedAt }) => placedAt >= from && placedAt < to)
      .map(({ queue, line, reached, talks }) => ({
        queue,
        line,
        placed: 1,
        reached: Number(reached),
        ...talked(talks),
      }))
  }

  #placed({ callId, queue, line }: { callId: string; queue: string | null; line: string }, placedAt: number): void {
    if (this.#calls.has(callId)) return
    this.#sweep()
    this.#calls.set(callId, { queue: queue ?? noQueue, line, placedAt, reached: false, released: false, talks: [] })
  }

  #begins({ talks }: CallOut, agentId: string | undefined, time: number): void {
    const known = talks.some((talk) => talk.agentId === agentId && (talk.end === null || talk.begin >= time))
    if (agentId === undefined || known) return
    const talk = { agentId, begin: time, end: null }
    talks.push(talk)
    this.#talking.set(agentId, talk)
  }

  #leaves(agentId: string, time: number): void {
    const talk = this.#talking.get(agentId)
    if (talk) talk.end ??= time
    this.#talking.delete(agentId)
  }

  #sweep(): void {
    const oldest = this.#clock.now() - keptFor
    for (const [callId, { placedAt, released }] of this.#calls) {
      // In the order in which they were placed: behind the first that is young enough are only younger ones.
      if (placedAt >= oldest) return
      if (released) this.#calls.delete(callId)
    }
  }
}

function talked(talks: readonly Talk[]): { talkedMs: number } {
  const over = talks.map(({ begin, end }) => (end === null ? 0 : Math.max(0, end - begin)))
  return { talkedMs: over.reduce((sum, ms) => sum + ms, 0) }
}
