import { saveTrunk } from './call/index.ts'
import type { City } from './city.ts'
import type { Config } from './config.ts'
import type { EventLog, RecordProjector } from './events/index.ts'
import type { HoursBook } from './hours/index.ts'
import { type Clock, type Logger, systemClock } from './kernel/index.ts'
import type { CommittedTail } from './live/index.ts'
import { openHours } from './open-hours.ts'
import { openLog } from './open-log.ts'
import { readCity } from './read-city.ts'
import { type LeasedDatabase, takeLease } from './take-lease.ts'
import { saveBranchRoutes } from './transfer/index.ts'

/** What every part of the service stands on. */
export interface Ground extends LeasedDatabase {
  readonly config: Config
  readonly city: City
  readonly clock: Clock
  readonly logger: Logger
  /** The source of our facts, as CloudEvents name it. */
  readonly source: string
  readonly log: EventLog
  readonly tail: CommittedTail
  readonly projector: RecordProjector
  readonly hours: HoursBook
}

/** Reads the city, takes the database when no other hotline has it, and opens the log and the calendars. */
export async function openGround(config: Config, logger: Logger): Promise<Ground> {
  const clock = systemClock
  const city = await readCity(config.cityFile)
  const leased = await takeLease({ config, clock, logger })
  const { db, onLost } = leased
  // The edge routes calls out by what stands in the database.
  await saveTrunk({ db, route: city.outbound })
  await saveBranchRoutes({ db, branches: [...city.branches.values(), ...city.emergency.values()] })
  const opened = await openLog({ ...leased, stateDir: config.stateDir, onFenced: onLost, clock, logger })
  const hours = await openHours({ db, log: opened.log, city, clock, logger })
  return { ...leased, ...opened, config, city, clock, logger, source: `/yihao/${city.name}`, hours }
}
