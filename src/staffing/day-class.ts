/** China has one time, UTC+8. */
export const minutesAhead = 8 * 60

/** A day that the State Council took out of its week: a holiday, or a weekend day worked to make up for one. */
export type SpecialDay = 'holiday' | 'workday'

/** What is asked for of the days: those of the week from Monday, 1, to Sunday, 7, without special ones; or only these. */
export type DayClass = number | SpecialDay

/** Whether a date, YYYY-MM-DD, is special; the calendar that opens and closes lines knows. */
export type SpecialDays = (date: string) => SpecialDay | undefined

/**
 * The class of the day an instant is in, in China. Nobody calls on National Day as on the day of the week it falls on, and a
 * Sunday that is worked is no Sunday: each would spoil the mean of the others.
 */
export function dayClassOf(at: number, specialDays: SpecialDays): DayClass {
  const inChina = new Date(at + minutesAhead * 60_000)
  return specialDays(inChina.toISOString().slice(0, 10)) ?? (inChina.getUTCDay() || 7)
}
