/** What the hours tell the log; app.ts turns each into an event. Times are milliseconds since 1970-01-01T00:00Z. */
export interface HoursFacts {
  /** A calendar was closed by command: until a moment, or until revoked. A second command replaces the first. */
  closed(fact: { calendarId: string; reason: string; until: number | null; by: string }, at: number): void
  /** The closing is over: revoked by somebody, or its time had come (`by` is null). */
  reopened(fact: { calendarId: string; by: string | null; closedMs: number }, at: number): void
  /** Somebody made a date a holiday, a make-up workday, or an ordinary day again. */
  dayChanged(
    fact: { date: string; kind: 'holiday' | 'workday' | 'ordinary'; name: string; by: string },
    at: number,
  ): void
  /** No holiday of a year is known that a calendar is going to need; told once a day until it is. */
  yearMissing(fact: { calendarId: string; year: number }, at: number): void
}
