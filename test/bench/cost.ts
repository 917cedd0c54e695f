import { type CostAtSizes, costAtSizes } from './cost-at-sizes.ts'
import { type CallsMade, type CpuOfACall, cpuOfCalls } from './cpu-of-calls.ts'
import { type Figure, type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'

/** Numbers of calls at which one call is looked at. */
const sizes = { full: [100, 1000, 5000], short: [20, 40] } as const
/** A cost is linear when a further call costs no more than this many times what the first ones did. */
const linear = 1.2
/** Of the processor time of the switch, for calls as they are. */
const mayCost = 0.25

/**
 * What a call costs: processor time of the hotline beside that of the switch, with SIPp as callers and agents; and memory and
 * processor time of the hotline by the number of calls, at a switch without media. `--calls` calls of each kind go through menu,
 * queue, recording and talk.
 */
export async function costBench(options: InstrumentOptions): Promise<Finding> {
  const kinds = kindsOf(options)
  const costs = await cpuOfCalls(options, Object.values(kinds))
  const counts = options.short ? sizes.short : sizes.full
  const waiting = await costAtSizes('waiting', counts)
  const talking = await costAtSizes('talking', counts)
  const [usual] = costs
  const fails = [
    ...costs.flatMap(({ failed }) => (failed > 0 ? `${failed} calls failed` : [])),
    ...(usual && ratioOf(usual) <= mayCost ? [] : ['a call costs too much beside the switch']),
    ...([waiting, talking].every(isLinear) ? [] : ['a call costs more the more there are']),
  ]
  return {
    ok: fails.length === 0,
    name: 'cost',
    on: `${options.sipServer} + ${options.mediaSwitch}`,
    target: `CPU of a call of 180 s with sound <= ${mayCost} of the switch; <= 20 kB a call, waiting or talking, linear up to 5,000`,
    ...(fails.length > 0 && { reason: fails.join('; ') }),
    ...Object.assign({}, ...Object.keys(kinds).map((name, at) => cpuFigures(name, costs[at]))),
    sizes: counts.map(String),
    ...figuresAtSizes('waiting', waiting),
    ...figuresAtSizes('talking', talking),
  }
}

/**
 * Calls as long as those of a hotline first, whose talks last minutes: the target is theirs. The switch works as long as somebody
 * talks, and the hotline at the beginning and at the end; so each shorter kind is dearer beside the switch.
 */
function kindsOf({ calls, short }: InstrumentOptions): Record<string, CallsMade> {
  const brief = { calls: calls ?? (short ? 6 : 60), rate: 3, talk: 1500 }
  const ofSeconds = (seconds: number) => ({ ...brief, rate: 2, talk: short ? 3000 : seconds * 1000, sound: true })
  return {
    usual: ofSeconds(180),
    talk: ofSeconds(30),
    brief: { ...brief, sound: true },
    silent: { ...brief, sound: false },
  }
}

const ratioOf = ({ hotlineMs, switchMs }: CpuOfACall) => hotlineMs / switchMs

function cpuFigures(name: string, cost: CpuOfACall | undefined): Record<string, number> {
  if (!cost) return {}
  return {
    [`${name}HotlineMs`]: rounded(cost.hotlineMs),
    [`${name}SwitchMs`]: rounded(cost.switchMs),
    [`${name}Ratio`]: rounded(ratioOf(cost), 2),
    [`${name}GeneratorShare`]: cost.generatorShare,
  }
}

function isLinear({ kb, furtherKb, arrivalMs, minuteMs }: CostAtSizes): boolean {
  const noDearer = ([first = 0, ...rest]: readonly number[]) => rest.every((each) => each <= linear * first)
  return Math.max(...kb) <= 20 && furtherKb <= linear * (kb[0] ?? 0) && noDearer(arrivalMs) && noDearer(minuteMs)
}

function figuresAtSizes(name: string, { kb, furtherKb, arrivalMs, minuteMs }: CostAtSizes): Record<string, Figure> {
  return {
    [`${name}Kb`]: kb.map(String),
    [`${name}FurtherKb`]: furtherKb,
    [`${name}ArrivalMs`]: arrivalMs.map(String),
    [`${name}MinuteMs`]: minuteMs.map(String),
  }
}
