/** What a test may do to the event socket that FreeSWITCH never would: the `standin` api command sets it. */
export interface EslFaults {
  /** Milliseconds every event is held back. */
  slowEventsMs: number
  /** Closes every connection but the one that asks. */
  drop(except?: unknown): void
  /** Takes no new connections while set. */
  refuse: boolean
}
