import { Heads } from './heads.ts'
import { SortedList } from './sorted-list.ts'

/** What a caller waits for. */
export interface WaitingCaller {
  readonly callId: string
  readonly queue: string
  /** Everything an agent must have: skills, and the language as `language:yue`. */
  readonly needs: readonly string[]
  /** Higher is served first. */
  readonly priority: number
  /** Milliseconds since the epoch; kept through failed offers, so that the place is kept. */
  readonly queuedAt: number
}

export interface ReadyAgent {
  readonly agentId: string
  readonly abilities: readonly string[]
  /** The queues served, the lowest rank first; none: every queue. */
  readonly groups?: readonly { readonly queue: string; readonly rank: number }[]
  /** Milliseconds since the epoch; the longest idle is offered first. */
  readonly readySince: number
}

export interface Match {
  readonly caller: WaitingCaller
  readonly agent: ReadyAgent
}

/** Callers of one queue with the same needs, best first. */
interface Line {
  /** Counted from 0. */
  readonly number: number
  readonly queue: string
  readonly needs: readonly string[]
  readonly callers: SortedList<WaitingCaller>
  readonly pools: Pool[]
}

/** Agents with the same abilities and groups, longest idle first. */
interface Pool {
  readonly ranks: ReadonlyMap<string, number>
  readonly abilities: ReadonlySet<string>
  readonly agents: SortedList<ReadyAgent>
  /** Numbers of the lines its agents can serve, and the rank of the queue of each. */
  readonly lines: number[]
  readonly rankOfLine: number[]
}

/**
 * Joins the longest-waiting caller with the longest-idle agent who has the skills. Callers of a queue with equal needs stand in
 * one line and agents with equal abilities and groups in one pool, so that a decision looks at the heads of the lines an agent
 * can serve and never at every caller: somebody whose skill nobody has holds up nobody.
 */
export class Matchmaker {
  readonly #lines = new Map<string, Line>()
  readonly #byNumber: Line[] = []
  readonly #heads = new Heads()
  readonly #pools = new Map<string, Pool>()
  readonly #callers = new Map<string, { caller: WaitingCaller; line: Line }>()
  readonly #agents = new Map<string, { agent: ReadyAgent; pool: Pool }>()

  get waiting(): number {
    return this.#callers.size
  }

  /** Adds a caller; the same call twice is one caller. */
  addCaller(caller: WaitingCaller): void {
    this.removeCaller(caller.callId)
    const line = this.#lineOf(caller)
    line.callers.add(caller)
    this.#heads.set(line.number, line.callers.first)
    this.#callers.set(caller.callId, { caller, line })
  }

  removeCaller(callId: string): void {
    const entry = this.#callers.get(callId)
    if (!entry) return
    const { callers, number } = entry.line
    callers.delete(entry.caller)
    this.#heads.set(number, callers.first)
    this.#callers.delete(callId)
  }

  addAgent(agent: ReadyAgent): void {
    this.removeAgent(agent.agentId)
    const pool = this.#poolOf(agent)
    pool.agents.add(agent)
    this.#agents.set(agent.agentId, { agent, pool })
  }

  removeAgent(agentId: string): void {
    const entry = this.#agents.get(agentId)
    if (!entry) return
    entry.pool.agents.delete(entry.agent)
    this.#agents.delete(agentId)
  }

  /** Takes the agent for a caller out of the pool, and the caller out of the line. */
  matchCaller(callId: string): Match | undefined {
    const entry = this.#callers.get(callId)
    if (!entry) return undefined
    const { queue } = entry.line
    let best: { agent: ReadyAgent; rank: number } | undefined
    for (const { agents, ranks } of entry.line.pools) {
      const agent = agents.first
      const rank = ranks.get(queue) ?? 1
      // Those whose first task this queue is come before those who help out.
      if (agent && (!best || (rank - best.rank || byIdleTime(agent, best.agent)) < 0)) best = { agent, rank }
    }
    return best ? this.#join(entry.caller, best.agent) : undefined
  }

  /** Takes the caller for an agent out of the line, and the agent out of the pool. */
  matchAgent(agentId: string): Match | undefined {
    const entry = this.#agents.get(agentId)
    if (!entry) return undefined
    const caller = this.#nextFor(entry.pool)
    return caller && this.#join(caller, entry.agent)
  }

  /** Place among those of the queue with the same needs, 1 for the next to be served. */
  position(callId: string): number | undefined {
    const entry = this.#callers.get(callId)
    return entry ? entry.line.callers.indexOf(entry.caller) + 1 : undefined
  }

  /** Everybody who waits, in no particular order. */
  callers(): WaitingCaller[] {
    return [...this.#callers.values()].map(({ caller }) => caller)
  }

  /** Whose turn it is of those an agent of the pool can serve. */
  #nextFor({ lines, rankOfLine }: Pool): WaitingCaller | undefined {
    let best = -1
    for (let at = 0; at < lines.length; at += 1) {
      if (this.#heads.isEmpty(lines[at] ?? 0)) continue
      if (best === -1 || this.#isBefore({ lines, rankOfLine }, at, best)) best = at
    }
    return best === -1 ? undefined : this.#byNumber[lines[best] ?? 0]?.callers.first
  }

  #isBefore({ lines, rankOfLine }: Pick<Pool, 'lines' | 'rankOfLine'>, at: number, other: number): boolean {
    const [line, otherLine] = [lines[at] ?? 0, lines[other] ?? 0]
    const first = (rankOfLine[at] ?? 1) - (rankOfLine[other] ?? 1) || this.#heads.compare(line, otherLine)
    if (first !== 0) return first < 0
    const [caller, otherCaller] = [this.#byNumber[line]?.callers.first, this.#byNumber[otherLine]?.callers.first]
    return byText(caller?.callId ?? '', otherCaller?.callId ?? '') < 0
  }

  #join(caller: WaitingCaller, agent: ReadyAgent): Match {
    this.removeCaller(caller.callId)
    this.removeAgent(agent.agentId)
    return { caller, agent }
  }

  #lineOf({ queue, needs }: WaitingCaller): Line {
    const key = `${queue} ${keyOf(needs)}`
    const known = this.#lines.get(key)
    if (known) return known
    const number = this.#byNumber.length
    const line: Line = { number, queue, needs, callers: new SortedList(byTurn), pools: [] }
    for (const pool of this.#pools.values()) if (serves(pool, line)) meet(pool, line)
    this.#lines.set(key, line)
    this.#byNumber.push(line)
    return line
  }

  #poolOf({ abilities, groups = [] }: ReadyAgent): Pool {
    const ranks = new Map(groups.map(({ queue, rank }) => [queue, rank]))
    const key = `${keyOf(abilities)} ${keyOf(groups.map(({ queue, rank }) => `${queue}:${rank}`))}`
    const known = this.#pools.get(key)
    if (known) return known
    const agents = new SortedList(byIdleTime)
    const pool: Pool = { ranks, abilities: new Set(abilities), agents, lines: [], rankOfLine: [] }
    for (const line of this.#lines.values()) if (serves(pool, line)) meet(pool, line)
    this.#pools.set(key, pool)
    return pool
  }
}

function serves({ abilities, ranks }: Pool, { queue, needs }: Line): boolean {
  return (ranks.size === 0 || ranks.has(queue)) && needs.every((need) => abilities.has(need))
}

function meet(pool: Pool, line: Line): void {
  pool.lines.push(line.number)
  pool.rankOfLine.push(pool.ranks.get(line.queue) ?? 1)
  line.pools.push(pool)
}

const keyOf = (words: readonly string[]) => JSON.stringify([...new Set(words)].sort())

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function byTurn(a: WaitingCaller, b: WaitingCaller): number {
  return b.priority - a.priority || a.queuedAt - b.queuedAt || byText(a.callId, b.callId)
}

function byIdleTime(a: ReadyAgent, b: ReadyAgent): number {
  return a.readySince - b.readySince || byText(a.agentId, b.agentId)
}
