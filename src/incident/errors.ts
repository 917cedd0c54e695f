import { HotlineError } from '../kernel/index.ts'

/** The announcement cannot be made: a language is missing, a sound is no telephone sound, the time is over. */
export class IncidentRefused extends HotlineError {
  readonly code = 'incident-refused'
  readonly status = 400
}

/** No announcement is in force there. */
export class UnknownIncident extends HotlineError {
  readonly code = 'incident-unknown'
  readonly status = 404
}
