import type { HoursException } from './calendar.ts'
import type { ExceptionFile, Fault } from './calendar-schema.ts'
import { isDate } from './local-time.ts'
import { toIntervals } from './week-file.ts'

/** Reads `exceptions`: one a day at most. */
export function toExceptions(files: readonly ExceptionFile[], fault: Fault): readonly HoursException[] {
  const exceptions: HoursException[] = []
  for (const [index, file] of files.entries()) {
    const exception = toException(file, (message) => fault([String(index)], message))
    const other = exceptions.find(({ from, to }) => from <= exception.to && exception.from <= to)
    if (other) fault([String(index)], `"${exception.reason}" and "${other.reason}" are about the same day`)
    exceptions.push(exception)
  }
  return exceptions
}

function toException(file: ExceptionFile, fault: (message: string) => void): HoursException {
  const { date, from = date ?? '', to = date ?? '', closed, hours, reason } = file
  const oneDay = date !== undefined && file.from === undefined && file.to === undefined
  const severalDays = date === undefined && file.from !== undefined && file.to !== undefined
  if (!oneDay && !severalDays) fault('either "date", or "from" and "to", are wanted')
  for (const each of new Set([from, to])) {
    if (each !== '' && !isDate(each)) fault(`"${each}" is no date such as 2026-02-16`)
  }
  if (from > to) fault(`${to} is before ${from}`)
  if ((closed === undefined) === (hours === undefined)) fault('either "closed: true" or "hours" is wanted')
  if (hours?.length === 0) fault('"hours" is empty: write "closed: true"')
  return { from, to, reason, intervals: toIntervals(hours ?? [], fault) }
}
