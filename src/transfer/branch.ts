/** A branch hotline (12366 tax, 12333 social security, …) as the city's file has it. */
export interface Branch {
  readonly number: string
  readonly name: string
  /** SIP URI of the trunk or the other centre. */
  readonly route: string
  /** Seconds it may ring before it counts as silent. */
  readonly ringFor: number
}
