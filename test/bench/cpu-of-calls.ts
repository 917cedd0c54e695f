import type { Stack } from '../../scripts/launch/stack.ts'
import { SippRoom } from '../sipp/sipp-room.ts'
import type { InstrumentOptions } from './instrument.ts'
import { cpuSeconds, LoadWatch } from './load-watch.ts'
import { pause } from './pause.ts'
import { inRoom, type Room } from './room.ts'

/** Calls as they are made at the hotline. */
export interface CallsMade {
  readonly calls: number
  /** A second. */
  readonly rate: number
  /** Milliseconds of a talk. */
  readonly talk: number
  /** Whether callers and agents send G.711 all the time, as telephones do. */
  readonly sound: boolean
}

/** What a call cost on average, in milliseconds of processor time, less what the processes use with nothing to do. */
export interface CpuOfACall {
  readonly hotlineMs: number
  readonly switchMs: number
  readonly failed: number
  /** Share of a core of the busier SIPp. */
  readonly generatorShare: number
}

/**
 * Milliseconds in which both processes are watched with nothing to do, and until they have nothing to do. A run of long calls takes
 * minutes, of which all that idling takes is left out: a thousandth of a core too much is 5 ms a call.
 */
const idle = { settle: 40_000, watch: 60_000 } as const
/** Calls after which the code that serves them is compiled: a hotline runs for weeks. */
const warmUp = 60

/** Has each kind of call made through menu, queue, recording and talk, and tells what one of them cost. */
export function cpuOfCalls(options: InstrumentOptions, kinds: readonly CallsMade[]): Promise<CpuOfACall[]> {
  return inRoom(options, { kind: 'ring' }, async (room) => {
    await room.admin.post('/agents/8001/logout')
    await serve(room, { calls: options.short ? 2 : warmUp, rate: 3, talk: 1000, sound: false }, 2001)
    const resting = await atRest(room.stack, options.short ? 0.1 : 1)
    const costs: CpuOfACall[] = []
    for (const [at, kind] of kinds.entries()) {
      const { failed, generatorShare, seconds, used } = await serve(room, kind, 3001 + at * 1000)
      const ofACall = (who: keyof Used) => ((used[who] - resting[who] * seconds) * 1000) / kind.calls
      costs.push({ hotlineMs: ofACall('hotline'), switchMs: ofACall('switch'), failed, generatorShare })
    }
    return costs
  })
}

/** Seconds of processor time. */
interface Used {
  readonly hotline: number
  readonly switch: number
}

/** What they use in a second with nothing to do. */
async function atRest(stack: Stack, share: number): Promise<Used> {
  await pause(idle.settle * share)
  const before = usedBy(stack)
  await pause(idle.watch * share)
  const used = since(before, usedBy(stack))
  const seconds = (idle.watch * share) / 1000
  return { hotline: used.hotline / seconds, switch: used.switch / seconds }
}

async function serve({ stack, admin }: Room, { calls, rate, talk, sound }: CallsMade, firstAgent: number) {
  const room = new SippRoom({ stack, admin })
  // Enough that nobody waits: a call takes two seconds besides its talk.
  const atOnce = Math.min(calls, Math.ceil(rate * (talk / 1000 + 2)))
  const agentIds = Array.from({ length: atOnce + 2 }, (_, n) => String(firstAgent + n))
  const receiveWithinMs = talk
  const phones = await room.agents({
    ...{ agentIds, scenario: 'agent-hangs-up', wrapUpSeconds: 0, receiveWithinMs, timeoutMs: 600_000, sound },
  })
  const [before, begun, watch] = [usedBy(stack), performance.now(), new LoadWatch([phones.pid])]
  const { failed } = await room.call({
    ...{ scenario: 'caller-waits-for-release', calls, rate, receiveWithinMs: talk + 60_000, sound },
    timeoutMs: (calls / rate) * 1000 + talk + 90_000,
  }).result
  const seconds = (performance.now() - begun) / 1000
  const [used, { generatorShare }] = [since(before, usedBy(stack)), watch.verdict]
  await room.phonesOff()
  for (const agentId of agentIds) await admin.post(`/agents/${agentId}/logout`)
  return { failed, generatorShare, seconds, used }
}

const since = (before: Used, now: Used): Used => ({
  hotline: now.hotline - before.hotline,
  switch: now.switch - before.switch,
})

function usedBy(stack: Stack): Used {
  return {
    hotline: cpuSeconds(stack.child('hotline').pid),
    switch: cpuSeconds(stack.child('switch').pid),
  }
}
