import { HotlineError } from '../kernel/index.ts'

export class UnknownCalendar extends HotlineError {
  readonly code = 'calendar-unknown'
  readonly status = 404
}

/** A command to reopen what is not closed by command. */
export class CalendarNotClosed extends HotlineError {
  readonly code = 'calendar-not-closed'
  readonly status = 409
}

/** An emergency closing that would be over before it begins. */
export class ClosingEndsInPast extends HotlineError {
  readonly code = 'closing-ends-in-past'
  readonly status = 400
}

/** The date is neither holiday nor make-up workday. */
export class UnknownCalendarDay extends HotlineError {
  readonly code = 'calendar-day-unknown'
  readonly status = 404
}
