import type { OutboundNumbers } from './call/index.ts'
import { CallerBook, CallerStore } from './callers/index.ts'
import type { City } from './city.ts'
import type { Database } from './db/index.ts'
import type { EventLog } from './events/index.ts'
import type { Clock } from './kernel/index.ts'

/** Opens the book of callers who are treated in their own way. */
export function openCallers({
  db,
  city,
  numbers,
  ...shared
}: {
  db: Database
  city: City
  numbers: OutboundNumbers
  log: EventLog
  clock: Clock
}): Promise<CallerBook> {
  return CallerBook.open({
    keeper: new CallerStore({ db }),
    rules: city.nuisance,
    // Those who help in an emergency call us, too.
    emergencyNumbers: new Set([...city.emergencyNumbers, ...city.emergency.keys()]),
    normal: (number) => numbers.normal(number),
    ...shared,
  })
}
