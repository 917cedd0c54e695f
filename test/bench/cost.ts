import { SippRoom } from '../sipp/sipp-room.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { cpuSeconds } from './load-watch.ts'
import { memoryOfCalls } from './memory-of-calls.ts'
import { inRoom } from './room.ts'

const agents = 8
/** Milliseconds of a talk. */
const talk = 1500
const rate = 3
/** Seconds in which both processes are watched with nothing to do. */
const idle = 5
/** Numbers of calls at which memory is looked at. */
const sizes = { full: [100, 1000, 5000], short: [20, 40] } as const
/** A cost is linear when a further call costs no more than this many times what the first ones did. */
const linear = 1.2

/**
 * What a call costs: processor time of the hotline beside that of the switch, with SIPp as callers and agents, and memory
 * of the hotline by the number of calls, at a switch without media. `--calls` calls go through menu, queue and talk.
 */
export async function costBench(options: InstrumentOptions): Promise<Finding> {
  const cpu = await cpuOfACall(options)
  const counts = options.short ? sizes.short : sizes.full
  const waiting = await memoryOfCalls('waiting', counts)
  const talking = await memoryOfCalls('talking', counts)
  const ratio = cpu.hotlineMs / cpu.switchMs
  const memoryFits = [waiting, talking].every(
    ({ kb, furtherKb }) => Math.max(...kb) <= 20 && furtherKb <= linear * (kb[0] ?? 0),
  )
  return {
    ok: cpu.failed === 0 && ratio <= 0.25 && memoryFits,
    name: 'cost',
    on: `${options.sipServer} + ${options.mediaSwitch}`,
    target: 'CPU of a call <= 0.25 of the switch; <= 20 kB a call, waiting or talking, linear up to 5,000',
    calls: cpu.calls,
    failed: cpu.failed,
    hotlineMsOfCpu: rounded(cpu.hotlineMs),
    switchMsOfCpu: rounded(cpu.switchMs),
    cpuRatio: rounded(ratio, 2),
    sizes: counts.map(String),
    waitingKb: waiting.kb.map(String),
    waitingFurtherKb: waiting.furtherKb,
    talkingKb: talking.kb.map(String),
    talkingFurtherKb: talking.furtherKb,
    memoryAt: 'a switch without media',
  }
}

async function cpuOfACall(options: InstrumentOptions) {
  const calls = options.calls ?? (options.short ? 6 : 60)
  return inRoom(options, { kind: 'ring' }, async ({ stack, admin }) => {
    const room = new SippRoom({ stack, admin })
    await admin.post('/agents/8001/logout')
    const agentIds = Array.from({ length: agents }, (_, n) => String(3001 + n))
    await room.agents({ agentIds, scenario: 'agent-hangs-up', wrapUpSeconds: 0, receiveWithinMs: talk })
    const load = (count: number) =>
      room.call({
        scenario: 'caller-waits-for-release',
        calls: count,
        rate,
        receiveWithinMs: 60_000,
        timeoutMs: (count / rate) * 1000 + 90_000,
      }).result
    await load(agents)
    const used = () => ({
      hotline: cpuSeconds(stack.child('hotline').pid),
      switch: cpuSeconds(stack.child('switch').pid),
    })
    const resting = used()
    await new Promise((resolve) => setTimeout(resolve, idle * 1000))
    const before = used()
    const begun = performance.now()
    const { failed } = await load(calls)
    const seconds = (performance.now() - begun) / 1000
    const after = used()
    await room.phonesOff()
    const ofACall = (who: 'hotline' | 'switch') =>
      ((after[who] - before[who] - ((before[who] - resting[who]) * seconds) / idle) * 1000) / calls
    return { calls, failed, hotlineMs: ofACall('hotline'), switchMs: ofACall('switch') }
  })
}
