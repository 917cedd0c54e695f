import type { City } from './city.ts'
import type { Database } from './db/index.ts'
import type { EventLog } from './events/index.ts'
import { HoursBook, HoursStore, stateCouncilDays } from './hours/index.ts'
import type { Clock, Logger } from './kernel/index.ts'

/** Opens the city's calendars, with the holidays and make-up workdays known so far; what changes is told to the log. */
export async function openHours({
  db,
  log,
  city,
  clock,
  logger,
}: {
  db: Database
  log: EventLog
  city: City
  clock: Clock
  logger: Logger
}): Promise<HoursBook> {
  const keeper = new HoursStore({ db })
  await keeper.seed(stateCouncilDays())
  return HoursBook.open({
    calendars: city.calendars,
    keeper,
    clock,
    logger,
    facts: {
      closed: (fact, at) => log.append('calendar.closed', fact, at),
      reopened: (fact, at) => log.append('calendar.reopened', fact, at),
      dayChanged: (fact, at) => log.append('calendar.day-changed', { calendarId: 'state-council', ...fact }, at),
      yearMissing: (fact, at) => log.append('calendar.year-missing', fact, at),
    },
  })
}
