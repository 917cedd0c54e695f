import { Matchmaker } from '../../src/queue/matchmaker.ts'
import { seeded } from '../../src/staffing/index.ts'
import { at } from './blocks.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'

const skills = 50
/** Waiting callers and agents, from a small room to more than a nation has. */
const sizes = [
  { waiting: 100, agents: 10 },
  { waiting: 1000, agents: 100 },
  { waiting: 10_000, agents: 1000 },
  { waiting: 100_000, agents: 10_000 },
]

/**
 * Matching alone: an agent becomes ready and takes the caller whose turn it is out of all who wait; the next caller joins.
 * Each agent has 1 to 8 of 50 skills, each caller needs one or two. `--calls` decisions are measured at each size.
 */
export async function queueBench({ calls: decisions = 20_000 }: InstrumentOptions): Promise<Finding> {
  const p99s: number[] = []
  const p50s: number[] = []
  for (const size of sizes) {
    // The first round lets the compiler see the code.
    decide(size, 2000)
    const times = decide(size, decisions)
    p50s.push(at(times, 0.5) * 1000)
    p99s.push(at(times, 0.99) * 1000)
  }
  const [first = Number.NaN] = p50s
  const growth = (p50s.at(-1) ?? Number.NaN) / first
  // log n grows from 100 to 100,000 by 2.5.
  const logGrowth = Math.log(100_000) / Math.log(100)
  return {
    ok: (p99s.at(-1) ?? Number.NaN) <= 1000 && growth <= logGrowth,
    name: 'queue',
    on: 'matchmaker alone',
    target: 'p99 of a decision <= 1 ms with 100,000 waiting, 10,000 agents, 50 skills; p50 grows no more than log n',
    decisions,
    sizes: sizes.map(({ waiting, agents }) => `${waiting} x ${agents}`),
    p50Microseconds: p50s.map((value) => String(rounded(value))),
    p99Microseconds: p99s.map((value) => String(rounded(value))),
    growthOfP50: rounded(growth, 2),
    growthOfLog: rounded(logGrowth, 2),
  }
}

/** Milliseconds of each decision. */
function decide({ waiting, agents }: { waiting: number; agents: number }, decisions: number): number[] {
  // The same callers and agents in every run.
  const random = seeded(12345)
  const matchmaker = new Matchmaker()
  let now = 0
  let callers = 0
  const join = () => {
    now += 1
    callers += 1
    const needs = random() < 0.8 ? [skill(random)] : [skill(random), skill(random)]
    matchmaker.addCaller({ callId: `call-${callers}`, queue: 'general', needs, priority: 0, queuedAt: now })
  }
  const abilitiesOf = Array.from({ length: agents }, () =>
    Array.from({ length: 1 + Math.floor(random() * 8) }, () => skill(random)),
  )
  for (let n = 0; n < waiting; n += 1) join()
  // Everybody has been ready before today: the pool of equal agents is made once, and no part of a decision.
  for (const [n, abilities] of abilitiesOf.entries()) {
    matchmaker.addAgent({ agentId: `agent-${n}`, abilities, readySince: now })
    matchmaker.removeAgent(`agent-${n}`)
  }
  const times: number[] = []
  for (let n = 0; n < decisions; n += 1) {
    const agentId = `agent-${n % agents}`
    const begin = performance.now()
    now += 1
    matchmaker.addAgent({ agentId, abilities: abilitiesOf[n % agents] ?? [], readySince: now })
    const match = matchmaker.matchAgent(agentId)
    times.push(performance.now() - begin)
    if (match) join()
    else matchmaker.removeAgent(agentId)
  }
  return times
}

const skill = (random: () => number) => `skill-${Math.floor(random() * skills)}`
