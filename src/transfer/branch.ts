/**
 * A branch hotline (12366 tax, 12333 social security, …) as the city's file has it. A department's line is taken in by
 * one of three ways: its calls go to its own centre, a group of our seats takes them, or everybody does.
 */
export interface Branch {
  readonly number: string
  readonly name: string
  readonly mode: 'sub-centre' | 'specialist-seats' | 'direct-merge'
  /** SIP URI of the trunk or the other centre; null where the seats are ours. */
  readonly route: string | null
  /** The queue whose seats take its calls; null for a centre of its own. */
  readonly queue: string | null
  /** Seconds it may ring before it counts as silent. */
  readonly ringFor: number
  /** Calendar of its hours; null is always open. */
  readonly hours: string | null
  /** Calls it takes at the same time from us; null sets no limit. */
  readonly capacity: number | null
  /** Languages spoken there; none given says nothing. */
  readonly languages: readonly string[]
  /** Prompt that advises of it when it cannot be had; without, its number is read out. */
  readonly advice: string | null
  /** Seconds: a branch that hangs up so soon after a blind transfer has not talked, the citizen waited there in vain. */
  readonly returnWithin: number
}

/** Whether a branch can be called now. */
export type BranchState = 'open' | 'busy' | 'closed'
