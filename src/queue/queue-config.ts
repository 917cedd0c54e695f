/** How one queue behaves; read from the city's file. All times in seconds. */
export interface QueueConfig {
  readonly name: string
  /** Skills an agent must have to be offered a call of this queue. */
  readonly skills: readonly string[]
  /** 0 is ordinary; a higher number is served first. */
  readonly priority: number
  /** The service level's threshold: 15 s for a hotline. */
  readonly answerWithin: number
  /** Pause between announcements of position and expected wait. */
  readonly announceEvery: number
  /** How long a phone rings before the next agent is tried. */
  readonly ringFor: number
  /** Wrap-up time (after-call work) of agents without one of their own. */
  readonly wrapUp: number
  /** Whether callers are asked to rate the talk when the agent has hung up. */
  readonly rating: boolean
  /** What is tried for a caller who waits, in this order, before the longest wait is over. */
  readonly overflow: readonly OverflowStep[]
  /** What is asked less of an agent the longer the caller waits. */
  readonly relax: readonly RelaxStep[]
  /** Longest wait, after which `afterMaxWait` follows. */
  readonly maxWait: number
  readonly afterMaxWait: AfterMaxWait
}

export type AfterMaxWait =
  /** Wait on in another queue; the place is kept by the time of arrival. */
  | { readonly kind: 'queue'; readonly queue: string }
  /** Ring a branch hotline for the caller, who is back at the old place when it does not answer. */
  | { readonly kind: 'branch'; readonly branch: string }
  /** Offer to call back; who does not want that waits on. */
  | { readonly kind: 'callback' }
  /** Say a prompt and end the call. */
  | { readonly kind: 'announce'; readonly prompt: string }
  /** Say a prompt and record what the caller wants to tell. */
  | { readonly kind: 'voicemail'; readonly greeting: string }
  /** Wait on for as long as it takes. */
  | { readonly kind: 'keep' }

/** After so many seconds in the queue these skills are not needed any more, and of these a lower level is enough. */
export interface RelaxStep {
  readonly after: number
  readonly drop: readonly string[]
  readonly lower: Readonly<Record<string, number>>
}

/** One step of a queue's overflow chain. */
export interface OverflowStep {
  readonly when: OverflowCondition
  readonly action: AfterMaxWait
}

export type OverflowCondition =
  /** Seconds since the caller entered this queue. */
  | { readonly kind: 'after'; readonly seconds: number }
  /** Nobody who could serve the caller is logged in. */
  | { readonly kind: 'nobodyLoggedIn' }
