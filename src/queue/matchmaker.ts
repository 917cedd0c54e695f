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
  /** Milliseconds since the epoch; the longest idle is offered first. */
  readonly readySince: number
}

export interface Match {
  readonly caller: WaitingCaller
  readonly agent: ReadyAgent
}

/** Callers with the same needs, best first. */
interface Line {
  readonly needs: readonly string[]
  readonly callers: SortedList<WaitingCaller>
  readonly pools: Pool[]
}

/** Agents with the same abilities, longest idle first. */
interface Pool {
  readonly abilities: ReadonlySet<string>
  readonly agents: SortedList<ReadyAgent>
  readonly lines: Line[]
}

/**
 * Joins the longest-waiting caller with the longest-idle agent who has the skills. Callers with equal needs stand in
 * one line and agents with equal abilities in one pool, so that a decision looks at the heads of the lines an agent
 * can serve and never at every caller: somebody whose skill nobody has holds up nobody.
 */
export class Matchmaker {
  readonly #lines = new Map<string, Line>()
  readonly #pools = new Map<string, Pool>()
  readonly #callers = new Map<string, { caller: WaitingCaller; line: Line }>()
  readonly #agents = new Map<string, { agent: ReadyAgent; pool: Pool }>()

  get waiting(): number {
    return this.#callers.size
  }

  /** Adds a caller; the same call twice is one caller. */
  addCaller(caller: WaitingCaller): void {
    this.removeCaller(caller.callId)
    const line = this.#lineOf(caller.needs)
    line.callers.add(caller)
    this.#callers.set(caller.callId, { caller, line })
  }

  removeCaller(callId: string): void {
    const entry = this.#callers.get(callId)
    if (!entry) return
    entry.line.callers.delete(entry.caller)
    this.#callers.delete(callId)
  }

  addAgent(agent: ReadyAgent): void {
    this.removeAgent(agent.agentId)
    const pool = this.#poolOf(agent.abilities)
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
    let best: ReadyAgent | undefined
    for (const { agents } of entry.line.pools) {
      const head = agents.first
      if (head && (!best || byIdleTime(head, best) < 0)) best = head
    }
    return best ? this.#join(entry.caller, best) : undefined
  }

  /** Takes the caller for an agent out of the line, and the agent out of the pool. */
  matchAgent(agentId: string): Match | undefined {
    const entry = this.#agents.get(agentId)
    if (!entry) return undefined
    let best: WaitingCaller | undefined
    for (const { callers } of entry.pool.lines) {
      const head = callers.first
      if (head && (!best || byTurn(head, best) < 0)) best = head
    }
    return best ? this.#join(best, entry.agent) : undefined
  }

  /** Place among those with the same needs, 1 for the next to be served. */
  position(callId: string): number | undefined {
    const entry = this.#callers.get(callId)
    return entry ? entry.line.callers.indexOf(entry.caller) + 1 : undefined
  }

  /** Everybody who waits, in no particular order. */
  callers(): WaitingCaller[] {
    return [...this.#callers.values()].map(({ caller }) => caller)
  }

  #join(caller: WaitingCaller, agent: ReadyAgent): Match {
    this.removeCaller(caller.callId)
    this.removeAgent(agent.agentId)
    return { caller, agent }
  }

  #lineOf(needs: readonly string[]): Line {
    const key = keyOf(needs)
    const known = this.#lines.get(key)
    if (known) return known
    const pools = [...this.#pools.values()].filter(({ abilities }) => serves(abilities, needs))
    const line: Line = { needs, callers: new SortedList(byTurn), pools }
    for (const pool of pools) pool.lines.push(line)
    this.#lines.set(key, line)
    return line
  }

  #poolOf(abilities: readonly string[]): Pool {
    const key = keyOf(abilities)
    const known = this.#pools.get(key)
    if (known) return known
    const set = new Set(abilities)
    const lines = [...this.#lines.values()].filter(({ needs }) => serves(set, needs))
    const pool: Pool = { abilities: set, agents: new SortedList(byIdleTime), lines }
    for (const line of lines) line.pools.push(pool)
    this.#pools.set(key, pool)
    return pool
  }
}

const serves = (abilities: ReadonlySet<string>, needs: readonly string[]) => needs.every((need) => abilities.has(need))

const keyOf = (words: readonly string[]) => JSON.stringify([...new Set(words)].sort())

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function byTurn(a: WaitingCaller, b: WaitingCaller): number {
  return b.priority - a.priority || a.queuedAt - b.queuedAt || byText(a.callId, b.callId)
}

function byIdleTime(a: ReadyAgent, b: ReadyAgent): number {
  return a.readySince - b.readySince || byText(a.agentId, b.agentId)
}
