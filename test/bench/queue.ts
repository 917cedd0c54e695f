import { Matchmaker } from '../../src/queue/matchmaker.ts'
import { seeded } from '../../src/staffing/index.ts'
import { at } from './blocks.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'

const allSkills = Array.from({ length: 50 }, (_, n) => `skill-${n}`)

interface Size {
  readonly waiting: number
  readonly agents: number
}

/** Waiting callers and agents, from a small room to more than a nation has. */
const sizes: readonly Size[] = [
  { waiting: 100, agents: 10 },
  { waiting: 1000, agents: 100 },
  { waiting: 10_000, agents: 1000 },
  { waiting: 100_000, agents: 10_000 },
]

/**
 * Matching alone: an agent becomes ready and takes the caller whose turn it is out of all who wait; the next caller joins.
 * Each agent has 1 to 8 of 50 skills, each caller needs one or two. `--calls` decisions are measured at each size.
 *
 * One after the other, what a small room's decisions look at stays in the processor's cache, and that of a nation's does not. In
 * a hotline other things happen between two decisions, so growth is that of decisions that find the cache without them.
 */
export async function queueBench({ calls: decisions = 20_000 }: InstrumentOptions): Promise<Finding> {
  // The first round lets the compiler see the code.
  for (const size of sizes.slice(0, 2)) decide(size, 5000, () => {})
  const warm = sizes.map((size) => percentiles(decide(size, decisions, () => {})))
  const cold = sizes.map((size) => percentiles(decide(size, Math.ceil(decisions / 10), overwriteCache)))
  const growth = (of: readonly Percentiles[]) => (of.at(-1)?.p50 ?? Number.NaN) / (of[0]?.p50 ?? Number.NaN)
  // log n grows from 100 to 100,000 by 2.5.
  const logGrowth = Math.log(100_000) / Math.log(100)
  const worst = Math.max(warm.at(-1)?.p99 ?? Number.NaN, cold.at(-1)?.p99 ?? Number.NaN)
  return {
    ok: worst <= 1000 && growth(cold) <= logGrowth,
    name: 'queue',
    on: 'matchmaker alone',
    target: 'p99 of a decision <= 1 ms with 100,000 waiting, 10,000 agents, 50 skills; p50 grows no more than log n',
    decisions,
    sizes: sizes.map(({ waiting, agents }) => `${waiting} x ${agents}`),
    p50Microseconds: cold.map(({ p50 }) => String(rounded(p50))),
    p99Microseconds: cold.map(({ p99 }) => String(rounded(p99))),
    growthOfP50: rounded(growth(cold), 2),
    growthOfLog: rounded(logGrowth, 2),
    p50InCache: warm.map(({ p50 }) => String(rounded(p50))),
    p99InCache: warm.map(({ p99 }) => String(rounded(p99))),
    growthInCache: rounded(growth(warm), 2),
  }
}

interface Percentiles {
  readonly p50: number
  readonly p99: number
}

const percentiles = (times: readonly number[]): Percentiles => ({
  p50: at(times, 0.5) * 1000,
  p99: at(times, 0.99) * 1000,
})

/** Larger than a processor's own caches. */
const otherMemory = new Float64Array(4 * 1024 * 1024)

function overwriteCache(): void {
  // One number of each line of 64 bytes.
  for (let n = 0; n < otherMemory.length; n += 8) otherMemory[n] = (otherMemory[n] ?? 0) + 1
}

/** Milliseconds of each decision. `forget` has the processor's cache hold something else before each. */
function decide({ waiting, agents }: Size, decisions: number, forget: () => void): number[] {
  // The same callers and agents in every run.
  const random = seeded(12345)
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  const matchmaker = new Matchmaker()
  const abilitiesOf = Array.from({ length: agents }, () =>
    Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(allSkills)),
  )
  let now = 0
  // Somebody has what the caller needs: those whom nobody can serve would soon be all that wait.
  const join = () => {
    now += 1
    const abilities = pick(abilitiesOf)
    const needs = random() < 0.8 ? [pick(abilities)] : [pick(abilities), pick(abilities)]
    matchmaker.addCaller({ callId: `call-${now}`, queue: 'general', needs, priority: 0, queuedAt: now })
  }
  // Everything has been asked for before today, and everybody has been ready: the line of equal callers and the pool of equal
  // agents are made once, and no part of a decision. So at every size as many lines are looked at.
  for (const needs of everyNeed())
    matchmaker.addCaller({ callId: 'earlier', queue: 'general', needs, priority: 0, queuedAt: 0 })
  matchmaker.removeCaller('earlier')
  for (let n = 0; n < waiting; n += 1) join()
  for (const [n, abilities] of abilitiesOf.entries()) {
    matchmaker.addAgent({ agentId: `agent-${n}`, abilities, readySince: now })
    matchmaker.removeAgent(`agent-${n}`)
  }
  const times: number[] = []
  for (let n = 0; times.length < decisions; n += 1) {
    const [agentId, abilities] = [`agent-${n % agents}`, abilitiesOf[n % agents] ?? []]
    now += 1
    forget()
    const begin = performance.now()
    matchmaker.addAgent({ agentId, abilities, readySince: now })
    const match = matchmaker.matchAgent(agentId)
    const took = performance.now() - begin
    if (match) times.push(took)
    if (match) join()
    else matchmaker.removeAgent(agentId)
  }
  return times
}

/** One skill or two. */
function everyNeed(): string[][] {
  return allSkills.flatMap((one, n) => allSkills.slice(n).map((other) => (one === other ? [one] : [one, other])))
}
