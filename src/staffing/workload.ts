/** What comes in and what each call takes; the averages are in the unit of the rate's time, seconds throughout. */
export interface Workload {
  /** Calls per second. */
  readonly arrivalRate: number
  /** Mean time an agent is taken up by a call, wrap-up included. */
  readonly holding: number
}

/** What a model says of a number of seats. Shares are from 0 to 1, of all calls that came in. */
export interface Forecast {
  /** Calls that wait at all. */
  readonly delayed: number
  /** Calls an agent answers within the time asked for. */
  readonly answeredInTime: number
  /** Callers who give up. */
  readonly abandoned: number
  /** Mean wait of all calls, those that gave up included; seconds. */
  readonly meanWait: number
  /** Mean share of the seats that are taken up. */
  readonly occupancy: number
}
