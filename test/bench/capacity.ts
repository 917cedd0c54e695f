import { median } from './blocks.ts'
import { CapacityRoom, type Served } from './capacity-room.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'

/** Calls a second, each step a third more than the one before. */
const steps = [4, 5, 7, 9, 12, 16, 21, 28, 37, 49, 65, 86] as const
const rounds = 5
/** Seconds of a step. */
const stepTakes = 8
/** Of the calls of a step, the share that may fail. */
const mayFail = 0.001

/**
 * The most calls a second that go through menu, queue, recording and talk without failures, with the hotline and in a bare dialplan of
 * the same FreeSWITCH, by turns; SIPp plays callers and agents. `--calls` is the number of rounds.
 */
export async function capacityBench({ calls, short }: InstrumentOptions): Promise<Finding> {
  const room = await CapacityRoom.start({ agents: short ? 20 : 150 })
  try {
    const most = short ? steps.slice(0, 1) : steps
    const limits = { ours: [] as Limit[], bare: [] as Limit[] }
    for (let round = 0; round < (calls ?? (short ? 1 : rounds)); round += 1) {
      for (const who of ['ours', 'bare'] as const) {
        await room.begin(who)
        limits[who].push(await climb(room, most, limits[who].at(-1)?.step ?? 2))
        await room.end(who)
      }
    }
    return findingOf(limits, most.at(-1) ?? 0)
  } finally {
    await room.close()
  }
}

interface Attempt {
  readonly step: number
  readonly rate: number
  readonly talking: number
  readonly generatorShare: number
  readonly fault: string | undefined
}

/** The last step that held, and why the next one did not; of rate 0 when none did. */
type Limit = Omit<Attempt, 'fault'> & { readonly reason: string }

/** From two steps below where the last climb ended; down from there until a step holds when that one does not. */
async function climb(room: CapacityRoom, most: readonly number[], before: number): Promise<Limit> {
  const start = Math.max(0, Math.min(before, most.length) - 2)
  let last = await attempt(room, most, start)
  const way = last.fault === undefined ? 1 : -1
  for (let step = start + way; step >= 0 && step < most.length; step += way) {
    const next = await attempt(room, most, step)
    if (way < 0 && next.fault === undefined) return { ...next, reason: last.fault ?? '' }
    if (way > 0 && next.fault !== undefined) return { ...last, reason: next.fault }
    last = next
  }
  return { ...last, reason: last.fault ?? 'the highest step held', ...(way < 0 && { rate: 0 }) }
}

async function attempt(room: CapacityRoom, most: readonly number[], step: number): Promise<Attempt> {
  const rate = most[step] ?? 0
  const served = await room.serve({ rate, calls: Math.ceil(rate * stepTakes) })
  const fault = faultOf(served)
  // It takes minutes: whoever waits sees it climb.
  console.error(`${room.who}: ${rate} calls a second ${fault ?? 'held'}`)
  return { step, rate, talking: served.talking, generatorShare: served.generatorShare, fault }
}

function faultOf({ calls, failed, late, generatorShare }: Served): string | undefined {
  if (generatorShare > 0.7) return `the load generator used ${generatorShare} of a core`
  if (failed / calls > mayFail) return `${failed} of ${calls} calls failed`
  return late ? `calls waited: ${late}` : undefined
}

function findingOf(limits: Record<'ours' | 'bare', readonly Limit[]>, highest: number): Finding {
  const rate = {
    ours: median(limits.ours.map((limit) => limit.rate)),
    bare: median(limits.bare.map((limit) => limit.rate)),
  }
  const ratio = rate.ours / rate.bare
  return {
    ok: rate.ours > 0 && ratio >= 0.8,
    name: 'capacity',
    on: 'drachtio + freeswitch',
    target: '>= 0.8 of the calls a second of a bare dialplan, < 0.1 % failures',
    rounds: limits.ours.length,
    ours: rate.ours,
    bare: rate.bare,
    ratio: rounded(ratio, 2),
    oursTalkingAtOnce: median(limits.ours.map(({ talking }) => talking)),
    bareTalkingAtOnce: median(limits.bare.map(({ talking }) => talking)),
    oursByRound: limits.ours.map((limit) => `${limit.rate}: ${limit.reason}`),
    bareByRound: limits.bare.map((limit) => `${limit.rate}: ${limit.reason}`),
    highestStep: highest,
    generatorShare: Math.max(...[...limits.ours, ...limits.bare].map((limit) => limit.generatorShare)),
  }
}
