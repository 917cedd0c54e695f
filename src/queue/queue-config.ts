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
  /** Longest wait, after which `afterMaxWait` follows. */
  readonly maxWait: number
  readonly afterMaxWait: AfterMaxWait
}

export type AfterMaxWait =
  /** Wait on in another queue; the place is kept by the time of arrival. */
  | { readonly kind: 'queue'; readonly queue: string }
  /** Say a prompt and end the call. */
  | { readonly kind: 'announce'; readonly prompt: string }
  /** Wait on for as long as it takes. */
  | { readonly kind: 'keep' }
