import type { Call, Phone } from '../../src/embedded/softphone/index.ts'
import { erlangA, erlangC } from '../../src/staffing/index.ts'
import { answeredWithin, idealWaits, type TracedCall, traceOf, type Waits } from './call-trace.ts'
import { type Finding, rounded } from './finding.ts'
import type { InstrumentOptions } from './instrument.ts'
import { LoadWatch } from './load-watch.ts'
import { pause } from './pause.ts'
import { type Contestant, PeerRoom } from './peer-room.ts'

/**
 * Talks are twenty times shorter than a hotline's 200 s, so that a run shows twenty times as many of them; what is not a talk keeps
 * its length, and weighs twenty times more than there. 95 % of the seats are taken.
 */
const load = { seats: 30, busy: 28, arrivalRate: 2.85, holding: 10, patience: 40 } as const
/** Of 1 to 60 the one whose calls an ideal queue answers in time most nearly as Erlang A says: neither a quiet run nor a bad one. */
const seed = 9
const limits = [15, 5] as const
const targets = { 15: 0.99, 5: 0.98 } as const

/**
 * The share of recorded calls that is answered in time, by the hotline and by mod_callcenter, beside the same calls in a queue
 * that loses no time, and beside Erlang's formulas. `calls` is the seconds in which calls arrive.
 */
export async function serviceLevelBench({ calls: seconds = 100 }: InstrumentOptions): Promise<Finding> {
  const trace = traceOf({ ...load, seed, seconds })
  const room = await PeerRoom.start({ agents: load.seats })
  try {
    const desks = new Desks(room.agents)
    const watch = new LoadWatch()
    const { ours, callcenter } = room.contestants
    const counted = (waits: Waits) => waits.slice(load.busy)
    const waits = {
      ours: counted(await replay({ room, contestant: ours, trace, desks })),
      callcenter: counted(await replay({ room, contestant: callcenter, trace, desks })),
      ideal: counted(idealWaits(trace, load.seats)),
    }
    return findingOf(waits, watch)
  } finally {
    await room.close()
  }
}

/** Agents who answer at once and talk with each caller for as long as the trace says. */
class Desks {
  readonly #callers = new Map<string, { readonly holding: number; readonly onAnswered: () => void }>()

  constructor(agents: readonly Phone[]) {
    for (const agent of agents) void this.#work(agent)
  }

  expect(number: string, holding: number, onAnswered: () => void): void {
    this.#callers.set(number, { holding, onAnswered })
  }

  async #work(agent: Phone): Promise<void> {
    for (;;) await this.#talk(await agent.nextCall({ withinMs: 3_600_000 }))
  }

  async #talk(call: Call): Promise<void> {
    if ((await call.answered).kind !== 'answered') return
    const caller = this.#callers.get(call.other)
    caller?.onAnswered()
    await Promise.race([call.ended, pause(caller?.holding ?? 0)])
    await call.hangUp()
  }
}

interface Replay {
  readonly room: PeerRoom
  readonly contestant: Contestant
  readonly trace: readonly TracedCall[]
  readonly desks: Desks
}

/** Milliseconds from each caller's INVITE to the agent's answer. */
async function replay({ room, contestant, trace, desks }: Replay): Promise<Waits> {
  await contestant.begin()
  const citizens = trace.map((_, n) => room.citizen(String(13_900_030_000 + n)))
  const begun = performance.now()
  const waits = await Promise.all(
    trace.map(async ({ at, holding, patience }, n) => {
      const citizen = citizens[n]
      if (!citizen) throw new Error(`no phone for call ${n}`)
      await pause(begun + at - performance.now())
      return wait({ citizen, number: contestant.number, holding, patience, desks })
    }),
  )
  await room.everybodyLeaves(citizens)
  await contestant.end()
  return waits
}

interface Waiting extends Omit<TracedCall, 'at'> {
  readonly citizen: Phone
  readonly number: string
  readonly desks: Desks
}

/** One caller, until an agent has answered or the patience is over. */
async function wait({ citizen, number, holding, patience, desks }: Waiting): Promise<number | undefined> {
  const calledAt = performance.now()
  const answered = new Promise<number>((resolve) => {
    desks.expect(citizen.user, holding, () => resolve(performance.now() - calledAt))
  })
  const call = await citizen.call(number)
  const waited = await Promise.race([answered, pause(patience), call.ended])
  if (typeof waited === 'number') return waited
  await call.hangUp()
  return undefined
}

function findingOf(waits: Record<'ours' | 'callcenter' | 'ideal', Waits>, watch: LoadWatch): Finding {
  const { ours, callcenter, ideal } = waits
  const share = (of: Waits, within: number) => rounded(answeredWithin(of, within), 3)
  const ratio = (of: Waits, within: number) => rounded(answeredWithin(of, within) / answeredWithin(ideal, within), 3)
  const figures = limits.map((within) => ({
    [`within${within}`]: share(ours, within),
    [`ideal${within}`]: share(ideal, within),
    [`ratio${within}`]: ratio(ours, within),
    [`callcenter${within}`]: share(callcenter, within),
    [`callcenterRatio${within}`]: ratio(callcenter, within),
    [`erlangC${within}`]: rounded(erlangC({ ...load, within }).answeredInTime, 3),
    [`erlangA${within}`]: rounded(erlangA({ ...load, within }).answeredInTime, 3),
  }))
  const gaveUp = (of: Waits) => of.filter((each) => each === undefined).length
  const verdict = watch.verdict
  return {
    ok: limits.every((within) => ratio(ours, within) >= targets[within]) && !verdict.void,
    name: 'service-level',
    on: 'drachtio + freeswitch',
    target: limits.map((within) => `ratio${within} >= ${targets[within]}`).join(', '),
    measured: ours.length,
    ...Object.assign({}, ...figures),
    gaveUp: `${gaveUp(ours)} ours, ${gaveUp(callcenter)} mod_callcenter, ${gaveUp(ideal)} ideal`,
    load: `${load.arrivalRate} calls/s, ${load.holding} s a talk, ${load.seats} seats, patience ${load.patience} s`,
    ...verdict,
  }
}
