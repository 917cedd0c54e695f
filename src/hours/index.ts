/**
 * When a line is open: weekly hours, holidays and make-up workdays of the State Council, exceptions, and closing in
 * an emergency.
 */
export type { Calendar, CalendarDay, Closing } from './calendar.ts'
export { readCalendars } from './calendar-file.ts'
export type { OpeningCause } from './day-hours.ts'
export { HoursBook, type HoursBookOptions } from './hours-book.ts'
export type { HoursFacts } from './hours-facts.ts'
export { hoursRoutes } from './hours-routes.ts'
export { HoursStore } from './hours-store.ts'
export { type Opening, openingAt } from './opening-hours.ts'
export { stateCouncilDays } from './state-council-days.ts'
