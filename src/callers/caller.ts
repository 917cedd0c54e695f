/**
 * How far a nuisance caller has come: agents are told (note), the caller is warned before the menu, waits in a queue of
 * its own, or is refused. Each includes what is before it.
 */
export const nuisanceGrades = ['note', 'warning', 'queue', 'refuse'] as const
export type NuisanceGrade = (typeof nuisanceGrades)[number]

/** A number that is treated in its own way. */
export interface Caller {
  readonly number: string
  /** 0 is ordinary; a higher number is served first, in every queue. */
  readonly priority: number
  readonly vip: boolean
  readonly grade: NuisanceGrade | null
  /** What the grade rests on: calls, recordings, notes. */
  readonly evidence: readonly string[]
  readonly note: string
  readonly setBy: string
  /** Milliseconds since the epoch. */
  readonly setAt: number
  /** Null: until taken off the list. */
  readonly until: number | null
}

/** How nuisance callers are treated, from the city's file. */
export interface NuisanceRules {
  readonly warning: string
  readonly refusal: string
  /** Their own queue; null: that grade is not given. */
  readonly queue: string | null
}
