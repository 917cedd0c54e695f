import { messageOf } from '../../src/kernel/index.ts'
import type { Finding } from '../bench/finding.ts'
import type { InstrumentOptions } from '../bench/instrument.ts'
import { ChaosRoom, type RoomOptions } from './chaos-room.ts'
import { lostAndTwice } from './ledger.ts'
import { Report } from './report.ts'

/** A fault, under load, and what must come of it. */
export interface Scenario extends RoomOptions {
  readonly about: string
  readonly target: string
  readonly run: (room: ChaosRoom, report: Report, scale: Scale) => Promise<void>
}

export interface Scale {
  /** The form that the tests run. */
  readonly short: boolean
  /** What `--calls` says: rounds or calls. */
  readonly count: number | undefined
}

/** Runs a scenario in a room of its own. */
export async function runScenario(name: string, scenario: Scenario, options: InstrumentOptions): Promise<Finding> {
  const room = await ChaosRoom.start(options, scenario)
  try {
    return await runIn(room, { name, scenario, options })
  } finally {
    await room.stop()
  }
}

/** Runs a scenario and reconciles the ledgers: SIP's, the log's, and those of tickets, recordings and voicemails. */
export async function runIn(
  room: ChaosRoom,
  { name, scenario, options }: { name: string; scenario: Scenario; options: InstrumentOptions },
): Promise<Finding> {
  const report = new Report({ timesCount: !options.short })
  try {
    await scenario.run(room, report, { short: options.short, count: options.calls })
  } catch (error) {
    report.expect(false, messageOf(error))
  }
  await room.clear().catch((error: unknown) => report.expect(false, `not cleared: ${messageOf(error)}`))
  const ledger = await room.balance()
  const { lost, twice } = lostAndTwice(ledger)
  const unknown = Math.max(0, room.acceptedCalls - ledger.offered)
  return {
    ok: report.faults.length === 0 && lost + unknown + twice === 0 && ledger.offered > 0,
    name,
    on: `${options.sipServer} + ${options.mediaSwitch}`,
    target: scenario.target,
    ...report.figures,
    acceptedBySip: room.acceptedCalls,
    ...ledger,
    lost: lost + unknown,
    twice,
    ...(report.faults.length > 0 ? { faults: report.faults } : {}),
  }
}
