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
  const { closed, hours, reason } = file
  if ((closed === undefined) === (hours === undefined)) fault('either "closed: true" or "hours" is wanted')
  if (hours?.length === 0) fault('"hours" is empty: write "closed: true"')
  return { ...toRange(file, fault), reason, intervals: toIntervals(hours ?? [], fault) }
}

function toRange({ date, from, to }: ExceptionFile, fault: (message: string) => void): { from: string; to: string } {
  const range = date === undefined ? { from, to } : { from: date, to: date }
  const saidTwice = date !== undefined && (from !== undefined || to !== undefined)
  if (range.from === undefined || range.to === undefined || saidTwice) {
    fault('either "date", or "from" and "to", are wanted')
    return { from: '', to: '' }
  }
  for (const each of new Set([range.from, range.to])) {
    if (!isDate(each)) fault(`"${each}" is no date such as 2026-02-16`)
  }
  if (range.from > range.to) fault(`${range.to} is before ${range.from}`)
  return { from: range.from, to: range.to }
}
