/**
 * What of the hours is calculation alone: no database, no HTTP, no clock. The ticket service counts its limits with it, so
 * that a working day is the same day on the telephone and on paper.
 */
export type { Calendar, CalendarDay, CalendarDays } from './calendar.ts'
export { readCalendars } from './calendar-file.ts'
export { beijingDate, isDate } from './local-time.ts'
export { stateCouncilDays } from './state-council-days.ts'
export {
  dueAt,
  earlier,
  openTimes,
  readTimeLimit,
  type TimeLimit,
  timeLimitText,
  type WorkingTime,
} from './time-limit.ts'
